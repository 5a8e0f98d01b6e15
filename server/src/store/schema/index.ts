export { auditEntries } from './audit.js';
export { flagConfigs, flags } from './flags.js';
export { instances, receipts } from './instances.js';
export { type KeyKind, keys } from './keys.js';
export { environments, projects } from './projects.js';
export { revisionChanges } from './revisions.js';
export { segments } from './segments.js';
export { sessions, signInFailures, users } from './users.js';

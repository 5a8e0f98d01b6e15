export { auditEntries } from './audit.js';
export { flagConfigs, flags } from './flags.js';
export { instances, receipts } from './instances.js';
export { type KeyKind, keys } from './keys.js';
export {
  ingestFindings,
  metricSlots,
  metrics,
  releaseSeen,
  releaseTotals,
  sources,
} from './metrics.js';
export { environments, projects } from './projects.js';
export { decisions, gateTicks, releaseCommands, releasePhases, releases } from './releases.js';
export { revisionChanges } from './revisions.js';
export { segments } from './segments.js';
export { markers, outbox, templates, webhooks, windows } from './timeline.js';
export { sessions, signInFailures, users } from './users.js';

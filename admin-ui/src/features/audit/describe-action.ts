import type { AuditEntry } from '../../api/types.js';

const VERBS: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'changed',
  configure: 'changed the rules of',
  delete: 'deleted',
  kill: 'killed',
  restore: 'restored',
  archive: 'archived',
  unarchive: 'brought back',
  revoke: 'revoked',
  dismiss: 'dismissed',
  schedule: 'scheduled',
  start: 'started',
  pause: 'paused',
  resume: 'resumed',
  advance: 'advanced',
  override: 'overrode the verdict of',
  approve: 'approved',
  hold: 'held',
  'skip-bake': 'skipped the bake of',
  jump: 'jumped to another step of',
  'change-plan': 'changed the plan of',
  audience: 'changed the people of',
  final_bake: 'brought to its final bake the',
  rollback: 'rolled back',
  finish_rollback: 'finished rolling back',
  complete: 'completed',
  cancel: 'cancelled',
  supersede: 'replaced',
  'sign-in': 'signed in as',
  'sign-out': 'signed out as',
  'refuse-sign-in': 'refused a sign-in as',
  'refuse-password': 'gave a wrong password as',
  'change-password': 'changed the password of',
};

/** "flag.kill" → "killed flag"; an unknown action is returned unchanged. */
export function describeAction(action: string): string {
  const [noun = '', verb = ''] = action.split('.');
  const said = VERBS[verb];
  return said === undefined ? action : `${said} ${noun}`;
}

export function toText(value: unknown): string {
  return value === undefined || value === null
    ? ''
    : typeof value === 'string'
      ? value
      : JSON.stringify(value, null, 2);
}

/** Keys and webhooks have no readable key, so their name is shown. */
export function nameOfTarget({ target, before, after }: AuditEntry): string {
  const isNamed = target.type === 'key' || target.type === 'webhook';
  return isNamed ? (nameIn(after) ?? nameIn(before) ?? target.key) : target.key;
}

function nameIn(state: unknown): string | undefined {
  const name = (state as { name?: unknown } | null | undefined)?.name;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

const CHANGES_SHOWN = 3;
const LENGTH_MAX = 24;
const SAID_ALREADY = new Set(['flag.kill', 'flag.restore', 'flag.archive', 'flag.unarchive']);

/** "status: off → on, rules" for a change; empty when the object was created or deleted. */
export function summarizeChanges({ action, before, after, changes }: AuditEntry): string {
  if (before === null || after === null || SAID_ALREADY.has(action)) {
    return '';
  }
  const parts = changes.map(({ path, before: from, after: to }) => {
    const field = fieldOf(path);
    return isShort(from) && isShort(to) ? `${field}: ${show(from)} → ${show(to)}` : field;
  });
  const more = parts.length - CHANGES_SHOWN;
  const shown = parts.slice(0, CHANGES_SHOWN).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** "/rules/0/rollout/to" → "rules 0 rollout to". */
export function fieldOf(pointer: string): string {
  return pointer.replace(/^\//, '').replaceAll('/', ' ');
}

function isShort(value: unknown): boolean {
  return typeof value !== 'object' || value === null ? show(value).length <= LENGTH_MAX : false;
}

function show(value: unknown): string {
  return value === undefined || value === null ? 'none' : String(value);
}

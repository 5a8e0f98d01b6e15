/** What may break a rule, and why. A rule reports an exception that nothing needs any more. */
export type Exceptions = Readonly<Record<string, string>>;

export function staleExceptions(
  exceptions: Exceptions,
  found: { has(name: string): boolean },
): string[] {
  return Object.keys(exceptions)
    .filter((name) => !found.has(name))
    .map((name) => `the exception for ${name} is no longer needed`);
}

/** Files that call `transaction()` themselves; every other one goes through `services/context.ts`. */
export const TRANSACTION_OWNERS: Exceptions = {
  'server/src/ingest/ingest-group.ts':
    'Stores measurements of apps, which are not audited and must not wake up every stream.',
  'server/src/ingest/upkeep.ts': 'Merges old measurements; no person asked for it.',
  'server/src/services/releases/record-evaluation.ts':
    'Stores what a tick has seen. Nothing changes for SDKs, so streams are not woken up.',
  'server/src/services/webhooks/tell-of-kills.ts':
    'Queues notifications of kills, whose audit entries exist already.',
  'server/src/services/webhooks/test-webhook.ts':
    'Queues one test message; nothing that an audit entry describes changes.',
  'server/src/store/connections/connection-pool.ts': 'Implements transactions.',
  'server/src/store/connections/pooled-client.ts': 'Implements transactions for Drizzle.',
  'server/src/store/migrate.ts': 'Runs before there are tables that could hold an audit entry.',
  'server/src/store/position-store.ts':
    'Renews an epoch for the revision feed, which has no caller, and writes the audit entry itself.',
  'server/src/store/read-models/ruleset.ts': 'Reads several tables in one snapshot.',
};

/** Imports that close a circle of folders. */
export const CIRCLES: Exceptions = {
  'server/src/domain/gates -> server/src/domain/releases':
    'Types only: gates are pinned from the plan of a release, and a plan contains gates.',
};

const RELEASE_WRITE =
  'Transaction, context, grant and subject come from the caller, each with its own lifetime.';
const ANSWER = 'Runs for each evaluation, where an object for the arguments would cost memory.';

/** Functions that are longer or take more parameters than others may. */
export const LARGE_FUNCTIONS: Exceptions = {
  'admin-ui/src/features/releases/release-commands.ts offers': 'A table of labels.',
  'server/src/compose.ts compose': 'The one function that constructs the parts, in order.',
  'sdk/src/core/evaluate.ts evaluate': ANSWER,
  'sdk/src/core/evaluate.ts isActive': ANSWER,
  'sdk/src/core/evaluate.ts isActiveDetails': ANSWER,
  'server/src/services/releases/audience-phase.ts recordAudiencePhase': RELEASE_WRITE,
  'server/src/services/releases/begin-release.ts beginRelease': RELEASE_WRITE,
  'server/src/services/releases/begin-release.ts schedule': RELEASE_WRITE,
  'server/src/services/releases/end-killed-release.ts endKilledRelease': RELEASE_WRITE,
  'server/src/services/releases/write-move.ts writeMove': RELEASE_WRITE,
  'server/src/services/releases/write-move.ts recordMove': RELEASE_WRITE,
};

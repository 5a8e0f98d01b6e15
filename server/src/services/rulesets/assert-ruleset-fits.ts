import { FLAGS_MAX, RULESET_BYTES_MAX } from '@sluice/sdk/core';
import { AppError } from '../../domain/errors.js';
import type { Grant } from '../../domain/grant.js';
import type { Tx } from '../../store/db.js';
import { countLiveFlags } from '../../store/flag-store.js';
import { measureRulesets } from '../../store/ruleset-size-store.js';

/** Call it after the writes of a transaction. It throws when a ruleset is too large to commit. */
export async function assertRulesetFits(
  tx: Tx,
  grant: Grant,
  environmentIds: readonly string[],
): Promise<void> {
  for (const { environment, bytes } of await measureRulesets(tx, grant, environmentIds)) {
    if (bytes <= RULESET_BYTES_MAX) continue;
    throw new AppError(
      'LIMIT_EXCEEDED',
      `the ruleset of environment "${environment}" would take ${bytes} bytes; ` +
        `it may take at most ${RULESET_BYTES_MAX}`,
    );
  }
}

/** Archived flags do not count. */
export async function assertFlagCountFits(tx: Tx, grant: Grant): Promise<void> {
  const count = await countLiveFlags(tx, grant);
  if (count <= FLAGS_MAX) return;
  throw new AppError(
    'LIMIT_EXCEEDED',
    `project "${grant.projectKey}" would have ${count} flags; it may have at most ${FLAGS_MAX}`,
  );
}

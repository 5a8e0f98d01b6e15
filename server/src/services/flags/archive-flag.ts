import type { Grant } from '../../domain/grant.js';
import { conflict, inUse, invalid, listed } from '../../domain/refusals.js';
import {
  type ConfigOfFlag,
  listChildren,
  lockConfigsOfFlag,
} from '../../store/flag-config-store.js';
import { lockFlag, saveArchived } from '../../store/flag-store.js';
import type { Tx } from '../../store/db.js';
import { lockProject } from '../../store/project-store.js';
import { type FlagView, readFlag } from '../../store/read-models/flag-view.js';
import { countEvaluations } from '../../store/read-models/metric-series.js';
import { OPEN_STATES } from '../../domain/releases/release.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { assertNoRelease } from '../releases/assert-no-release.js';

export interface ArchiveFlag {
  readonly key: string;
  readonly reason?: string | undefined;
  /** Archives the flag even if it is still evaluated. Needs a reason. */
  readonly force?: boolean | undefined;
}

const RECENT_DAYS = 7;

/** Removes the flag from every ruleset, so SDKs return the default of the caller from then on. */
export async function archiveFlag(
  ctx: Ctx,
  grant: Grant<'flag:write'>,
  input: ArchiveFlag,
): Promise<FlagView> {
  const { key } = input;
  return inTransaction(ctx, async (tx) => {
    await lockProject(tx, grant);
    const row = await lockFlag(tx, grant, key);
    const before = await readFlag(tx, grant, key);
    if (row.archivedAt) return before;
    const configs = await lockConfigsOfFlag(tx, grant, row.id);
    const killed = configs.filter((config) => config.killed).map((it) => it.environmentKey);
    if (killed.length > 0) {
      throw conflict(
        `flag "${key}" is killed in ${listed(killed)}; archived, it would be on wherever the ` +
          `caller's default is: restore it first`,
      );
    }
    await assertNoRelease(tx, grant, row, { states: OPEN_STATES, what: 'archived' });
    const children = await listChildren(tx, grant, key);
    if (children.length > 0) throw inUse('flag', key, children.map(nameChild));
    if (input.force === true) assertReasonGiven(input.reason);
    else await assertUnused(tx, key, { configs, variants: Object.keys(row.variants) });
    await saveArchived(tx, grant, key, true);
    const after = await readFlag(tx, grant, key);
    await recordChange(tx, ctx, grant, {
      action: 'flag.archive',
      target: { type: 'flag', key },
      before,
      after,
      reason: input.reason,
      revises: configs.map((config) => config.environmentId),
      touched: { flagKeys: [key] },
    });
    return after;
  });
}

async function assertUnused(
  tx: Tx,
  key: string,
  {
    configs,
    variants,
  }: { readonly configs: readonly ConfigOfFlag[]; readonly variants: readonly string[] },
): Promise<void> {
  const environmentIds = configs.map((config) => config.environmentId);
  const recent = await countEvaluations(tx, { environmentIds, flag: key, variants }, RECENT_DAYS);
  if (recent === 0) return;
  throw conflict(
    `flag "${key}" was evaluated ${recent} times in the last ${RECENT_DAYS} days; archived, it ` +
      `would be whatever its callers' defaults are: repeat with "force": true and a reason`,
  );
}

function assertReasonGiven(reason: string | undefined): void {
  const message = 'is missing: force needs it';
  if (reason === undefined) throw invalid([{ pointer: '/reason', message }]);
}

function nameChild(child: {
  readonly flagKey: string;
  readonly environmentKey: string;
  readonly archived: boolean;
}): string {
  const archived = child.archived ? ', archived' : '';
  return `flag "${child.flagKey}" (its parent in ${child.environmentKey}${archived})`;
}

import type { EnvironmentGrant } from '../../domain/grant.js';
import { conflict, notFound } from '../../domain/refusals.js';
import { killColumns, lockConfigOf, saveKill } from '../../store/flag-config-store.js';
import { type FlagConfigView, toFlagConfigView } from '../../store/read-models/flag-config-view.js';
import { type Ctx, inEssentialTransaction } from '../context.js';
import { recordChange } from '../record-change.js';

export interface KillFlag {
  readonly flag: string;
  readonly reason: string;
}

/** Forces the off variant. Needs no version, and locks only the row that it changes. */
export async function killFlag(
  ctx: Ctx,
  grant: EnvironmentGrant<'flag:kill'>,
  input: KillFlag,
): Promise<FlagConfigView> {
  return inEssentialTransaction(ctx, async (tx) => {
    const { flag, row } = await lockConfigOf(tx, grant, input.flag);
    const { id, key } = flag;
    const before = toFlagConfigView(grant, key, row);
    if (row.killed) return before;
    const by = ctx.actor.name;
    const [revision] = await recordChange(tx, ctx, grant, {
      action: 'flag.kill',
      target: { type: 'flag', key },
      before,
      after: { ...before, killed: true, kill: { reason: input.reason, by } },
      reason: input.reason,
      environmentId: grant.environmentId,
      revises: [grant.environmentId],
      touched: { flagKeys: [key], killedKeys: [key] },
    });
    if (!revision) throw notFound('environment', grant.environmentKey);
    const kill = { ...revision, reason: input.reason, by };
    if (!(await saveKill(tx, grant, id, kill))) {
      throw conflict(`flag "${key}" is archived: no SDK gets it any more`);
    }
    return toFlagConfigView(grant, key, { ...row, ...killColumns(kill) });
  });
}

import type { EnvironmentGrant } from '../../domain/grant.js';
import { conflict } from '../../domain/refusals.js';
import { lockFlagConfig, saveKill } from '../../store/flag-config-store.js';
import { findFlag } from '../../store/flag-store.js';
import { type FlagConfigView, toFlagConfigView } from '../../store/read-models/flag-config-view.js';
import { type Ctx, inEssentialTransaction } from '../context.js';
import { recordChange } from '../record-change.js';

export interface KillFlag {
  readonly flag: string;
  readonly reason: string;
}

/** Forces the off variant. Takes no version, and no lock but the one row that it changes. */
export async function killFlag(
  ctx: Ctx,
  grant: EnvironmentGrant<'flag:kill'>,
  input: KillFlag,
): Promise<FlagConfigView> {
  return inEssentialTransaction(ctx, async (tx) => {
    const { id, key } = await findFlag(tx, grant, input.flag);
    const row = await lockFlagConfig(tx, grant, { id, key });
    // Once more: it may have been archived while this waited for the row.
    const flag = await findFlag(tx, grant, key);
    const before = toFlagConfigView(grant, key, row);
    if (row.killed) return before;
    if (flag.archivedAt) throw conflict(`flag "${key}" is archived: no SDK gets it any more`);
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
    const kill = {
      killed: true,
      killReason: input.reason,
      killedBy: by,
      killRevision: revision?.revision ?? null,
      killedAt: revision?.at ?? null,
    };
    await saveKill(tx, grant, id, kill);
    return toFlagConfigView(grant, key, { ...row, ...kill });
  });
}

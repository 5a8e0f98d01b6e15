import type { EnvironmentGrant } from '../../domain/grant.js';
import { lockFlagConfig, saveKill } from '../../store/flag-config-store.js';
import { findFlag } from '../../store/flag-store.js';
import { type FlagConfigView, toFlagConfigView } from '../../store/read-models/flag-config-view.js';
import { type Ctx, inEssentialTransaction } from '../context.js';
import { recordChange } from '../record-change.js';

export interface RestoreFlag {
  readonly flag: string;
  readonly reason: string;
}

const NOT_KILLED = {
  killed: false,
  killReason: null,
  killedAt: null,
  killedBy: null,
  killRevision: null,
};

/** Undoes a kill and nothing else: status and rules are as they were, edits since included. */
export async function restoreFlag(
  ctx: Ctx,
  grant: EnvironmentGrant<'flag:kill'>,
  input: RestoreFlag,
): Promise<FlagConfigView> {
  return inEssentialTransaction(ctx, async (tx) => {
    const flag = await findFlag(tx, grant, input.flag);
    const row = await lockFlagConfig(tx, grant, flag);
    const before = toFlagConfigView(grant, flag.key, row);
    if (!row.killed) return before;
    await saveKill(tx, grant, flag.id, NOT_KILLED);
    const after = toFlagConfigView(grant, flag.key, { ...row, ...NOT_KILLED });
    await recordChange(tx, ctx, grant, {
      action: 'flag.restore',
      target: { type: 'flag', key: flag.key },
      before,
      after,
      reason: input.reason,
      environmentId: grant.environmentId,
      revises: [grant.environmentId],
      touched: { flagKeys: [flag.key] },
    });
    return after;
  });
}

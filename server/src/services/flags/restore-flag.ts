import type { EnvironmentGrant } from '../../domain/grant.js';
import { replaceRule } from '../../domain/releases/managed-rule.js';
import type { Tx } from '../../store/db.js';
import { clearKill, type FlagConfigRow, lockFlagConfig } from '../../store/flag-config-store.js';
import { findFlag } from '../../store/flag-store.js';
import {
  type FlagConfigView,
  readFlagConfig,
  toFlagConfigView,
} from '../../store/read-models/flag-config-view.js';
import { findLatestRelease, saveManagedRules } from '../../store/release-store.js';
import { type Ctx, inEssentialTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { endKilledRelease } from '../releases/end-killed-release.js';

export interface RestoreFlag {
  readonly flag: string;
  readonly reason: string;
  /** The percentage of the rule whose release the kill ended: 0 % (default) or the one before. */
  readonly release?: 'zero' | 'previous' | undefined;
}

/**
 * Undoes a kill. Status and rules are as before, including edits since then. The rule of a release
 * that the kill ended goes to 0 % by default, so that no user gets the killed feature by accident.
 */
export async function restoreFlag(
  ctx: Ctx,
  grant: EnvironmentGrant<'flag:kill'>,
  input: RestoreFlag,
): Promise<FlagConfigView> {
  return inEssentialTransaction(ctx, async (tx) => {
    const flag = await findFlag(tx, grant, input.flag);
    const locked = await lockFlagConfig(tx, grant, flag);
    const before = toFlagConfigView(grant, flag.key, locked);
    if (!locked.killed) return before;
    const row = await endKilledRelease(tx, ctx, grant, flag, locked);
    if (input.release !== 'previous') await closeReleasedRule(tx, grant, row);
    await clearKill(tx, grant, flag.id);
    const after = await readFlagConfig(tx, grant, flag.key);
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

async function closeReleasedRule(
  tx: Tx,
  grant: EnvironmentGrant,
  { flagId, killedAt, rules, status }: FlagConfigRow,
): Promise<void> {
  const latest = await findLatestRelease(tx, grant, flagId);
  const isEndedByThis =
    latest?.state === 'killed' && latest.endedAt !== null && latest.endedAt >= (killedAt ?? 0);
  if (!isEndedByThis) return;
  const closed = replaceRule(rules, latest.ruleId, (rule) =>
    rule.rollout === undefined ? rule : { ...rule, rollout: { ...rule.rollout, to: 0 } },
  );
  await saveManagedRules(tx, grant, flagId, { rules: closed, status, evenKilled: true });
}

import type { EnvironmentGrant } from '../../domain/grant.js';
import { conflict, invalid } from '../../domain/refusals.js';
import { toEnd } from '../../domain/releases/moves.js';
import { hasEnded } from '../../domain/releases/release.js';
import { targetRule } from '../../domain/releases/target-rule.js';
import { findFlag } from '../../store/flag-store.js';
import { insertRelease, lockRelease } from '../../store/release-store.js';
import type { Ctx } from '../context.js';
import { beginRelease } from './begin-release.js';
import { newRelease, refusalOfSecond } from './create-release.js';
import { drawSalt } from './draw-salt.js';
import type { LockedRelease } from './locked-release.js';
import { type MoveSubject, writeMove } from './write-move.js';

export interface RestartInput {
  readonly reason?: string | undefined;
  readonly drawNewPeople: boolean;
}

/** Begins a new release with the same plan and empty statistics; ends the old one if it is open. */
export async function restartRelease(
  ctx: Ctx,
  grant: EnvironmentGrant,
  { reason, drawNewPeople }: RestartInput,
  { tx, at, subject }: LockedRelease,
): Promise<MoveSubject> {
  const { release: old, flag } = subject;
  const isOpen = !hasEnded(old.state);
  const sentence = `Restarted by ${ctx.actor.name}. A new release takes over.`;
  const ending = toEnd('superseded', { action: 'supersede', sentence, at });
  const freed = isOpen ? await writeMove(tx, ctx, grant, subject, ending, { at, reason }) : subject;
  const definition = await findFlag(tx, grant, flag.key);
  const target = targetRule(freed.config, definition.variants, old.ruleId);
  if ('problems' in target) throw invalid(target.problems);
  const plan = { ...old.plan, startAt: null };
  const row = newRelease(ctx, grant, { flag: definition, target, plan });
  await insertRelease(tx, row, () => refusalOfSecond(flag.key));
  const release = await lockRelease(tx, grant, flag.id, row.id);
  if (!release) throw conflict('the release was just deleted');
  const fresh = { ...freed, release };
  return beginRelease(tx, ctx, grant, fresh, {
    ...{ at, reason },
    startPercent: isOpen && old.step >= 0 ? old.startPercent : undefined,
    seed: drawNewPeople ? drawSalt() : undefined,
  });
}

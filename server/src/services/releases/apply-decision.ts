import type { Evaluation } from '../../domain/gates/evidence.js';
import type { Decision } from '../../domain/releases/decision.js';
import type { DecisionInputs } from '../../domain/releases/decision-inputs.js';
import { moveOfDecision, type Move } from '../../domain/releases/moves.js';
import type { TickSubject } from '../../store/read-models/tick-scene.js';
import { readClock } from '../../store/release-store.js';
import { type Ctx, inEssentialTransaction } from '../context.js';
import { beginRelease } from './begin-release.js';
import { killRelease } from './kill-release.js';
import { keepLook } from './keep-look.js';
import { lockAsSeen } from './lock-as-seen.js';
import { systemGrant } from './system-grant.js';
import { writeMove } from './write-move.js';

export interface Applied {
  readonly decision: Decision;
  readonly evaluation: Evaluation;
  readonly inputs: DecisionInputs;
}

export type ApplyResult = 'moved' | 'looked' | 'overtaken';

/**
 * Makes a decision true, unless the release is no longer what the decision was made from: then
 * nothing is written, and the next tick looks again. `writeMove` leaves `recordChange()`'s row.
 */
export async function applyDecision(
  ctx: Ctx,
  seen: TickSubject,
  { decision, evaluation, inputs }: Applied,
): Promise<ApplyResult> {
  const grant = systemGrant(seen);
  if (decision.action === 'kill') return killRelease(ctx, seen);
  const look = lookOf(seen, { decision, evaluation, inputs });
  const planned = moveOfDecision(seen.release, decision, seen.now);
  if (planned === null) return keepLook(ctx, grant, seen, { look, decision, inputs });
  return inEssentialTransaction(ctx, async (tx) => {
    const subject = await lockAsSeen(tx, seen);
    if (subject === null || subject.config.killed) return 'overtaken';
    const at = await readClock(tx);
    if (decision.action === 'start') {
      await beginRelease(tx, ctx, grant, subject, { at, decided: { decision, inputs } });
      return 'moved';
    }
    const move = moveOfDecision(subject.release, decision, at) as Move;
    const withLook = { ...move, change: { ...look, ...move.change } };
    await writeMove(tx, ctx, grant, subject, withLook, { at, decision, inputs });
    return 'moved';
  });
}

/** What was seen goes with every write; a scheduled release has seen nothing yet. */
function lookOf({ release, now }: TickSubject, { decision, evaluation }: Applied) {
  const isBegun = release.step >= 0;
  return {
    lastTickAt: now,
    decision,
    bakedMs: decision.bakedMs,
    ...(isBegun ? { evaluation, latches: evaluation.latches, frozen: evaluation.frozen } : {}),
  };
}

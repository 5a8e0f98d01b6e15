import type { Evaluation } from '../../domain/gates/evidence.js';
import type { Decision } from '../../domain/releases/decision.js';
import type { DecisionInputs } from '../../domain/releases/decision-inputs.js';
import { moveOfDecision, type Move } from '../../domain/releases/moves.js';
import type { TickSubject } from '../../store/read-models/tick-scene.js';
import type { Ctx } from '../context.js';
import { beginRelease } from './begin-release.js';
import { killRelease } from './kill-release.js';
import { moveAsSeen, systemGrant } from './move-as-seen.js';
import { recordEvaluation } from './record-evaluation.js';
import { writeMove } from './write-move.js';

export interface Applied {
  readonly decision: Decision;
  readonly evaluation: Evaluation;
  readonly inputs: DecisionInputs;
}

export type ApplyResult = 'moved' | 'evaluated' | 'overtaken';

/**
 * Carries out a decision. When the release has changed since the decision was made, nothing is
 * written and the next tick decides again.
 */
export async function applyDecision(
  ctx: Ctx,
  seen: TickSubject,
  { decision, evaluation, inputs }: Applied,
): Promise<ApplyResult> {
  if (decision.action === 'kill') return resultOf(await killRelease(ctx, seen));
  const result = resultOfTick(seen, { decision, evaluation, inputs });
  if (moveOfDecision(seen.release, decision, seen.now) === null) {
    return recordEvaluation(ctx, systemGrant(seen), seen, { result, decision, inputs });
  }
  const isMoved = await moveAsSeen(ctx, seen, async ({ tx, grant, subject, at }) => {
    if (decision.action === 'start') {
      return beginRelease(tx, ctx, grant, subject, { at, decided: { decision, inputs } });
    }
    const move = moveOfDecision(subject.release, decision, at) as Move;
    const withResult = { ...move, change: { ...result, ...move.change } };
    return writeMove(tx, ctx, grant, subject, withResult, { at, decision, inputs });
  });
  return resultOf(isMoved);
}

function resultOf(isMoved: boolean): ApplyResult {
  return isMoved ? 'moved' : 'overtaken';
}

/**
 * Every write includes the numbers of the tick; a scheduled release has none yet. While a release
 * stays paused by a verdict, the page keeps showing that verdict with the numbers it is based on.
 */
function resultOfTick({ release, now }: TickSubject, { decision, evaluation }: Applied) {
  const isBegun = release.step >= 0;
  const staysPaused = release.state === 'paused' && decision.action === 'none';
  return {
    lastTickAt: now,
    decision: staysPaused && release.decision?.action === 'pause' ? release.decision : decision,
    bakedMs: decision.bakedMs,
    ...(isBegun ? { evaluation, latches: evaluation.latches, pinned: evaluation.pinned } : {}),
  };
}

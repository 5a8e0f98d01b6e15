import type { Evaluation, GateEvidence } from '../gates/evidence.js';
import type { ReleaseStatus } from './decision.js';
import { currentStep, isComparedStep } from './release.js';

/** Gates that must be earned before the release leaves the step; empty for a step with `guard`. */
export function actingGates(
  status: ReleaseStatus,
  { gates }: Pick<Evaluation, 'gates'>,
): readonly GateEvidence[] {
  const advance = currentStep(status)?.advance ?? 'guard';
  if (advance === 'guard' || !isComparedStep(status)) return [];
  return gates.filter(({ action }) => {
    return action === 'rollback' || (advance === 'prove' && action === 'pause');
  });
}

/** How a gate is earned: by its bound, or by a bad share below its floor; null: not yet. */
export function earnsBy(gate: GateEvidence, status: ReleaseStatus): 'bound' | 'share' | null {
  const wanted = status.plan.gates.find(({ metric }) => metric === gate.metric)?.ruledOut ?? 0;
  const isRuledOut = gate.ruledOut !== null && gate.ruledOut < wanted;
  if (currentStep(status)?.advance === 'prove') return isRuledOut ? 'bound' : null;
  if (!gate.isEarned) return null;
  return isRuledOut ? 'bound' : 'share';
}

import type { StepPlan } from '../../api/types.js';
import type { Draft } from '../conditions/draft-condition.js';

const FIRST: Draft<StepPlan> = {
  percent: 1,
  minBakeSeconds: 1_800,
  minUnits: 100,
  advance: 'earned',
  approval: false,
  audience: null,
};

/** A new step between the last two, with the settings of the one before it. */
export function nextStep(steps: readonly StepPlan[]): Draft<StepPlan> {
  const last = steps.at(-1);
  const before = steps.at(-2);
  const percent = Math.round((((before?.percent ?? 0) + (last?.percent ?? 2)) / 2) * 1000) / 1000;
  return { ...(before ?? FIRST), percent, approval: false };
}

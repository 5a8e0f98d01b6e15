import { isComparativeShare } from '../gates/choose-phases.js';
import type { ReleaseStatus } from './decision.js';
import type { StepPlan } from './plan.js';

type Where = Pick<ReleaseStatus, 'plan' | 'step' | 'state'>;

export function stepOf({ plan, step }: Where): StepPlan | undefined {
  return plan.steps[step];
}

/** At the last step only time and harm are left to wait for, and then the release is complete. */
export function isAtLastStep({ plan, step, state }: Where): boolean {
  return state === 'final_bake' || step >= plan.steps.length - 1;
}

export function bakeNeededMs(status: Where): number {
  const step = stepOf(status);
  const seconds = isAtLastStep(status) ? status.plan.finalBakeSeconds : (step?.minBakeSeconds ?? 0);
  return seconds * 1000;
}

/** Whether somebody without the feature is left to compare with. */
export function isComparedStep(status: Where): boolean {
  return isComparativeShare((stepOf(status)?.percent ?? 0) / 100);
}

/** "5 %", or "100 % of internal". */
export function placeOf(step: StepPlan | undefined): string {
  if (!step) return '0 %';
  return step.audience === null ? `${step.percent} %` : `${step.percent} % of ${step.audience}`;
}

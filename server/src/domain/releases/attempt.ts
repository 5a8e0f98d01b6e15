import type { FrozenGates, Latches } from '../gates/evidence.js';
import type { ReleasePlan, StepPlan } from './plan.js';
import type { PauseReason, ReleaseState } from './release.js';

/** One attempt as it is stored, as far as a change of it needs to know. */
export interface Attempt {
  readonly id: string;
  readonly ruleId: string;
  readonly state: ReleaseState;
  readonly pauseReason: PauseReason | null;
  readonly plan: ReleasePlan;
  /** Index of the plan's step; -1 before the first. */
  readonly step: number;
  readonly phase: number;
  readonly segment: number;
  readonly percent: number;
  readonly startPercent: number;
  readonly salt: string;
  readonly sample: number;
  readonly frozen: FrozenGates | null;
  readonly latches: Latches | null;
  readonly startAt: Date | null;
  readonly startApprovedBy: string | null;
  readonly approvedStep: number;
  readonly holdUntil: Date | null;
  readonly bakeSkippedStep: number;
  readonly bakedMs: number;
  readonly stepStartedAt: Date | null;
  readonly version: number;
}

export function lastStepOf(plan: ReleasePlan): number {
  return plan.steps.length - 1;
}

export function stepOf(plan: ReleasePlan, step: number): StepPlan | undefined {
  return plan.steps[step];
}

/** How long the step in force must be watched; 0 before the first. */
export function bakeNeededMs({ plan, step, state }: Pick<Attempt, 'plan' | 'step' | 'state'>) {
  if (state === 'final_bake') return plan.finalBakeSeconds * 1_000;
  return (stepOf(plan, step)?.minBakeSeconds ?? 0) * 1_000;
}

/** At the last step there is nothing more to earn but the final bake. */
export function stateAtStep(plan: ReleasePlan, step: number): 'running' | 'final_bake' {
  return step >= lastStepOf(plan) ? 'final_bake' : 'running';
}

export function percentOf(percent: number): string {
  return `${percent} %`;
}

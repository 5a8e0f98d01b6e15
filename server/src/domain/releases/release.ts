import { isComparativeShare } from '../gates/choose-phases.js';
import type { PinnedGates, Latches } from '../gates/evidence.js';
import type { ReleasePlan, StepPlan } from './plan.js';

type Stage = 'planned' | 'rising' | 'paused' | 'leaving' | 'ended';

/** Every state of a release. Its stage answers every question about what the state allows. */
const STAGES = {
  draft: 'planned',
  scheduled: 'planned',
  running: 'rising',
  final_bake: 'rising',
  paused: 'paused',
  rolling_back: 'leaving',
  completed: 'ended',
  rolled_back: 'ended',
  killed: 'ended',
  cancelled: 'ended',
  superseded: 'ended',
} as const satisfies Record<string, Stage>;

export type ReleaseState = keyof typeof STAGES;
export const RELEASE_STATES = Object.keys(STAGES) as readonly ReleaseState[];

export type PauseReason = 'manual' | 'regression' | 'srm' | 'absolute' | 'error';

/** A release as it is stored, as far as a change of it needs to know. */
export interface Release {
  readonly id: string;
  readonly ruleId: string;
  readonly state: ReleaseState;
  readonly pauseReason: PauseReason | null;
  readonly plan: ReleasePlan;
  /** Index of the plan's step; -1 before the first. */
  readonly step: number;
  readonly phase: number;
  readonly round: number;
  readonly percent: number;
  readonly startPercent: number;
  readonly salt: string;
  readonly sample: number;
  readonly pinned: PinnedGates | null;
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

/** Where a release stands in its plan. */
type Position = Pick<Release, 'plan' | 'step' | 'state'>;

/** An ended release never moves again. */
export function hasEnded(state: ReleaseState): boolean {
  return STAGES[state] === 'ended';
}

/** An active release exposes users now, or may expose more of them without a new release. */
export function isActive(state: ReleaseState): boolean {
  return STAGES[state] !== 'planned' && STAGES[state] !== 'ended';
}

/** Whether the state leaves a way to more exposure. */
export function mayRise(state: ReleaseState): boolean {
  return STAGES[state] !== 'leaving' && STAGES[state] !== 'ended';
}

/** The numbers of a watched release can still roll it back. */
export function isWatched(state: ReleaseState): boolean {
  return STAGES[state] === 'rising' || STAGES[state] === 'paused';
}

/** The ticker raises exposure in these states without a command of a person. */
export function risesByItself(state: ReleaseState): boolean {
  return state === 'scheduled' || STAGES[state] === 'rising';
}

/** A flag has at most one release in one of these states in each environment. */
export const OPEN_STATES = RELEASE_STATES.filter((state) => !hasEnded(state));
export const ACTIVE_STATES = RELEASE_STATES.filter(isActive);

export function currentStep({ plan, step }: Pick<Position, 'plan' | 'step'>): StepPlan | undefined {
  return plan.steps[step];
}

export function lastStepIndex({ steps }: Pick<ReleasePlan, 'steps'>): number {
  return steps.length - 1;
}

/** At the last step only time and harm are left to wait for, and then the release is complete. */
export function isAtLastStep({ plan, step, state }: Position): boolean {
  return state === 'final_bake' || step >= lastStepIndex(plan);
}

/** The state of a release that is not paused and has reached this step. */
export function stateAtStep(plan: ReleasePlan, step: number): 'running' | 'final_bake' {
  return step >= lastStepIndex(plan) ? 'final_bake' : 'running';
}

/** How long the current step must be observed; 0 before the first step. */
export function bakeNeededMs(position: Position): number {
  const { finalBakeSeconds } = position.plan;
  const seconds = isAtLastStep(position)
    ? finalBakeSeconds
    : (currentStep(position)?.minBakeSeconds ?? 0);
  return seconds * 1_000;
}

/** Whether anybody without the feature is left to compare with. */
export function isComparedStep(position: Position): boolean {
  return isComparativeShare((currentStep(position)?.percent ?? 0) / 100);
}

/** "5 %", or "100 % of internal". */
export function stepLabel(step: StepPlan | undefined): string {
  if (!step) return '0 %';
  return step.audience === null ? `${step.percent} %` : `${step.percent} % of ${step.audience}`;
}

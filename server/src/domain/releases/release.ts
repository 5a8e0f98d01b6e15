import { isComparativeShare } from '../gates/choose-phases.js';
import type { PinnedGates, Latches } from '../gates/evidence.js';
import type { ReleasePlan, StepPlan } from './plan.js';

type Stage = 'planned' | 'rising' | 'paused' | 'leaving' | 'ended';

/** All states of a release. The stage of a state determines everything that the state allows. */
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

/** The stored fields of a release that a change of it needs. */
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

/** The position of a release in its plan. */
type Position = Pick<Release, 'plan' | 'step' | 'state'>;

/** An ended release never changes again. */
export function hasEnded(state: ReleaseState): boolean {
  return STAGES[state] === 'ended';
}

/** An active release exposes users now, or may expose more users without a new release. */
export function isActive(state: ReleaseState): boolean {
  return STAGES[state] !== 'planned' && STAGES[state] !== 'ended';
}

/** Whether a release in this state may raise exposure later. */
export function mayRise(state: ReleaseState): boolean {
  return STAGES[state] !== 'leaving' && STAGES[state] !== 'ended';
}

/** The numbers of a watched release can still roll it back. */
export function isWatched(state: ReleaseState): boolean {
  return STAGES[state] === 'rising' || STAGES[state] === 'paused';
}

/** Whether the ticker raises exposure in this state without a command of a user. */
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

/**
 * At the last step, the release waits only for time and for the absence of harm; then it is
 * complete.
 */
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

/** Whether the step has a control group. */
export function isComparedStep(position: Position): boolean {
  return isComparativeShare((currentStep(position)?.percent ?? 0) / 100);
}

/** "5 %", or "100 % of internal". */
export function stepLabel(step: StepPlan | undefined): string {
  if (!step) return '0 %';
  return step.audience === null ? `${step.percent} %` : `${step.percent} % of ${step.audience}`;
}

import { formatDuration, formatPercent } from '@sluice/server/domain/format';
import type { Release, ReleasePlan, StepPlan } from '../../api/types.js';
import { hasEnded } from './release-words.js';

export type StairState = 'done' | 'current' | 'planned' | 'stopped';

export interface Stair {
  readonly index: number;
  readonly percent: string;
  readonly state: StairState;
  /** The share of the full height, 0 to 1. Small steps stay visible. */
  readonly height: number;
  /** What the step needs before the release can advance, as text. */
  readonly bake: string;
  readonly isGuard: boolean;
  readonly needsApproval: boolean;
  readonly audience: string | null;
}

type Standing = Pick<Release, 'step' | 'state' | 'endedAt'>;
type PlannedStep = Pick<StepPlan, 'percent'> & Partial<StepPlan>;

/** A complete plan, or the part of one that a template sets. */
export interface PlannedSteps extends Partial<Pick<ReleasePlan, 'finalBakeSeconds'>> {
  readonly steps?: readonly PlannedStep[];
}

const LOWEST = 0.1;
const NOT_BEGUN = { step: -1, state: 'draft', endedAt: null } as const;

/** Each step of a plan with its state in the release; without a release, as planned. */
export function stairsOf(plan: PlannedSteps, standing: Standing = NOT_BEGUN): readonly Stair[] {
  return (plan.steps ?? []).map((step, index) => ({
    index,
    percent: formatPercent(step.percent),
    state: stateOf(index, standing),
    height: heightOf(step),
    bake: bakeOf(plan, index),
    isGuard: step.advance === 'guard' && index < (plan.steps?.length ?? 0) - 1,
    needsApproval: step.approval ?? false,
    audience: step.audience ?? null,
  }));
}

function stateOf(index: number, standing: Standing): StairState {
  const { step, state } = standing;
  if (state === 'completed') {
    return index <= step ? 'done' : 'planned';
  }
  if (index === step) {
    return state === 'rolling_back' || hasEnded(standing) ? 'stopped' : 'current';
  }
  return index < step ? 'done' : 'planned';
}

/** Uses the square root, so that 1 % and 100 % fit one drawing. An audience is a small step. */
function heightOf({ percent, audience = null }: PlannedStep): number {
  const share = audience === null ? percent / 100 : 0;
  return Math.max(LOWEST, Math.sqrt(Math.min(1, share)));
}

function bakeOf({ steps = [], finalBakeSeconds = 0 }: PlannedSteps, index: number): string {
  const isLast = index === steps.length - 1;
  const seconds = isLast ? finalBakeSeconds : (steps[index]?.minBakeSeconds ?? 0);
  return seconds === 0 ? 'at once' : formatDuration(seconds * 1000);
}

/** The text alternative: "Step 2 of 5: 5 %, current, at least 1 h, with approval". */
export function describeStair(stair: Stair, count: number): string {
  const states = { done: 'done', current: 'current', planned: 'planned', stopped: 'ended here' };
  const parts = [
    stair.percent + (stair.audience === null ? '' : ` of segment ${stair.audience}`),
    states[stair.state],
    stair.bake === 'at once' ? undefined : `at least ${stair.bake}`,
    stair.isGuard ? 'time and absence of harm only' : undefined,
    stair.needsApproval ? 'then an approval' : undefined,
  ].filter(Boolean);
  return `Step ${stair.index + 1} of ${count}: ${parts.join(', ')}`;
}

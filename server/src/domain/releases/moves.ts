import { noLatches } from '../gates/pin-gates.js';
import type { Decision, DecisionAction } from './decision.js';
import { lastStepIndex, type PauseReason, type Release, stateAtStep } from './release.js';

export const RELEASE_EVENTS = [
  'advanced',
  'held',
  'paused',
  'rolled_back',
  'approval_required',
  'completed',
  'killed',
] as const;
export type ReleaseEventName = (typeof RELEASE_EVENTS)[number];

/** Columns that a move may set; the store increments the version. */
export type ReleaseChange = Partial<Omit<Release, 'id' | 'ruleId' | 'salt' | 'version'>> & {
  readonly startedAt?: Date | null;
  readonly endedAt?: Date | null;
  readonly nextTickAt?: Date | null;
  readonly lastTickAt?: Date | null;
};

/** One change of a release before it is written. State, phase and rule change together. */
export interface Move {
  /** Name in the audit log and on the timeline, such as `advance`. */
  readonly action: string;
  /** A sentence that describes the move, with the numbers. */
  readonly sentence: string;
  readonly change: ReleaseChange;
  /** A new phase begins, for this reason. */
  readonly phase?: 'step' | 'jump' | 'rollback' | 'audience' | 'override' | 'gates';
  /** The release gives up the rule: it keeps its percentage, and users may edit it. */
  readonly frees?: true;
  readonly event?: ReleaseEventName;
}

/** Whether the move exposes more users than before. */
export function raisesExposure({ event }: Move): boolean {
  return event === 'advanced';
}

/** Moves to a step of the plan, up or down; the bake restarts. */
export function toStep(release: Release, step: number, { action, sentence, at }: MoveWords): Move {
  const { plan } = release;
  const percent = plan.steps[step]?.percent ?? release.percent;
  const isRise = percent > release.percent || action !== 'jump';
  return {
    action,
    sentence,
    phase: action === 'jump' ? 'jump' : 'step',
    change: {
      ...stepBegins(at),
      step,
      percent,
      state: release.state === 'paused' ? 'paused' : stateAtStep(plan, step),
      pauseReason: release.state === 'paused' ? release.pauseReason : null,
    },
    ...(isRise ? { event: 'advanced' as const } : {}),
  };
}

interface MoveWords {
  readonly action: string;
  readonly sentence: string;
  readonly at: Date;
}

function stepBegins(at: Date): ReleaseChange {
  return { bakedMs: 0, stepStartedAt: at, holdUntil: null, nextTickAt: at };
}

export function toPause(reason: PauseReason, sentence: string): Move {
  return {
    action: 'pause',
    sentence,
    change: { state: 'paused', pauseReason: reason },
    event: 'paused',
  };
}

/** Resumes in the same round, so evidence and earned gates are kept. */
export function toResume(release: Release, at: Date): Move {
  const { plan, step, percent } = release;
  const state = step < 0 ? 'scheduled' : stateAtStep(plan, step);
  return {
    action: 'resume',
    sentence: `Resumed at ${percent} %.`,
    change: { state, pauseReason: null, nextTickAt: at, lastTickAt: at },
  };
}

export function toRollback(release: Release, { sentence, at }: Omit<MoveWords, 'action'>): Move {
  const percent = release.plan.rollbackTo === 'start' ? release.startPercent : 0;
  return {
    action: 'rollback',
    sentence,
    phase: 'rollback',
    change: {
      state: 'rolling_back',
      pauseReason: null,
      percent: Math.min(percent, release.percent),
      stepStartedAt: at,
      nextTickAt: at,
    },
    event: 'rolled_back',
  };
}

/** Ends the release; its rule stays unchanged. */
export function toEnd(
  state: 'completed' | 'rolled_back' | 'cancelled' | 'superseded',
  { action, sentence, at }: MoveWords,
): Move {
  return {
    action,
    sentence,
    frees: true,
    change: { state, pauseReason: null, endedAt: at, nextTickAt: null },
    ...(state === 'completed' ? { event: 'completed' as const } : {}),
  };
}

/** Starts a new round of evidence; the same users keep the feature. */
export function toNewRound(
  release: Release,
  { action, sentence, at }: MoveWords,
  phase: 'override' | 'gates',
): Move {
  const round = release.round + 1;
  const goesOn = action === 'override';
  return {
    action,
    sentence,
    phase,
    change: {
      round,
      latches: noLatches(round),
      bakedMs: 0,
      nextTickAt: at,
      ...(goesOn ? { state: stateAtStep(release.plan, release.step), pauseReason: null } : {}),
    },
  };
}

/** The move that carries out a decision; null if only numbers have changed. */
export function moveOfDecision(release: Release, decision: Decision, at: Date): Move | null {
  const { sentence } = decision;
  switch (decision.action satisfies DecisionAction) {
    case 'start':
      return toStep(release, 0, { action: 'start', sentence, at });
    case 'advance':
      return advanceMove(release, decision, at);
    case 'final_bake':
      return finalBakeMove(release, decision, at);
    case 'complete':
      return toEnd('completed', { action: 'complete', sentence, at });
    case 'pause':
      return toPause(decision.pauseReason ?? 'error', sentence);
    case 'rollback':
      return toRollback(release, { sentence, at });
    default:
      return null;
  }
}

/** Advances exactly one step, however many ticks were missed. */
function advanceMove(release: Release, { sentence }: Decision, at: Date): Move | null {
  if (release.step >= lastStepIndex(release.plan)) return null;
  return toStep(release, release.step + 1, { action: 'advance', sentence, at });
}

/** This move reaches the last step, or the last step is earned and its final bake begins. */
function finalBakeMove(release: Release, decision: Decision, at: Date): Move | null {
  if (release.step < lastStepIndex(release.plan)) return advanceMove(release, decision, at);
  if (release.state === 'final_bake') return null;
  return {
    action: 'final_bake',
    sentence: decision.sentence,
    change: { ...stepBegins(at), state: 'final_bake' },
  };
}

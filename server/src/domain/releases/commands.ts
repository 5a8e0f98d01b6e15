import { formatTime } from '../format.js';
import { conflict, invalid } from '../refusals.js';
import type { Decision } from './decision.js';
import { type Move, toEnd, toNewRound, toPause, toResume, toRollback, toStep } from './moves.js';
import {
  currentStep,
  hasEnded,
  isWatched,
  lastStepIndex,
  OPEN_STATES,
  RELEASE_STATES,
  type Release,
  type ReleaseState,
} from './release.js';

/** A release with its latest decision, which lists the reasons to hold. */
export interface DecidedRelease extends Release {
  readonly decision: Decision | null;
}

/** The inputs of commands, besides the reason. */
export interface CommandInputs {
  readonly none: object;
  /** ISO 8601. */
  readonly until: { readonly until: string };
  /** Index of the plan's step. */
  readonly step: { readonly step: number };
  /** With a new seed, other users come first, so the same users are not exposed again. */
  readonly people: { readonly drawNewPeople: boolean };
}

interface Order<I extends keyof CommandInputs> {
  /** Name of the person who gives the command. */
  readonly by: string;
  readonly at: Date;
  readonly input: CommandInputs[I];
}

export interface CommandDefinition<I extends keyof CommandInputs> {
  /** One line for the OpenAPI document. */
  readonly summary: string;
  readonly states: readonly ReleaseState[];
  readonly input: I;
  /** The command stops harm, so it is accepted while the disk is nearly full. */
  readonly isEssential?: true;
  /** Why the command is not possible although the state allows it. */
  readonly obstacle?: (release: DecidedRelease, at: Date) => string | null;
  /** Throws when the input does not fit the release. Absent: the command is more than one move. */
  readonly plan?: (release: DecidedRelease, order: Order<I>) => Move;
}

const RISING: readonly ReleaseState[] = ['running', 'final_bake'];
const WATCHED = RELEASE_STATES.filter(isWatched);

/** All commands that a user can give to a release. */
export const COMMANDS = {
  start: define({
    summary: 'Start a draft',
    states: ['draft'],
    input: 'none',
  }),
  pause: define({
    summary: 'Stop rising; nobody is added or taken away',
    states: RISING,
    input: 'none',
    isEssential: true,
    plan: ({ percent }, { by }) => toPause('manual', `Paused at ${percent} % by ${by}.`),
  }),
  resume: define({
    summary: 'Go on with what is known so far',
    states: ['paused'],
    input: 'none',
    obstacle: obstacleToResume,
    plan: (release, { at }) => toResume(release, at),
  }),
  advance: define({
    summary: 'One step up, earned or not; the reason is kept',
    states: ['running'],
    input: 'none',
    plan: planAdvance,
  }),
  override: define({
    summary: 'Go on against a verdict; evidence begins anew',
    states: ['paused'],
    input: 'none',
    obstacle: ({ pauseReason }) =>
      isVerdict(pauseReason) || pauseReason === 'absolute'
        ? null
        : 'no verdict is in the way: resume the release',
    plan: (release, { by, at }) => {
      const sentence = `The verdict was overridden by ${by}; evidence begins anew.`;
      return toNewRound(release, { action: 'override', sentence, at }, 'override');
    },
  }),
  approve: define({
    summary: 'Let it go on, once it asks',
    states: ['scheduled', 'running'],
    input: 'none',
    obstacle: (release, at) =>
      isApprovalAsked(release, at)
        ? null
        : 'approval is not asked for yet: it is the last thing that a step waits for',
    plan: planApproval,
  }),
  hold: define({
    summary: 'Not before a time',
    states: RISING,
    input: 'until',
    plan: planHold,
  }),
  'skip-bake': define({
    summary: 'The step in force need not wait any longer',
    states: RISING,
    input: 'none',
    plan: ({ percent, step }, { by, at }) => ({
      action: 'skip-bake',
      sentence: `The rest of the bake at ${percent} % was skipped by ${by}.`,
      change: { bakeSkippedStep: step, nextTickAt: at },
    }),
  }),
  jump: define({
    summary: 'To any step of the plan, up or down',
    states: WATCHED,
    input: 'step',
    plan: planJump,
  }),
  rollback: define({
    summary: 'Down to nobody, or to the percentage before',
    states: WATCHED,
    input: 'none',
    isEssential: true,
    plan: planRollback,
  }),
  complete: define({
    summary: 'End the final bake now',
    states: WATCHED,
    input: 'none',
    obstacle: ({ step, plan }) =>
      step >= lastStepIndex(plan)
        ? null
        : 'the release is not at its last step: jump there, or cancel it to leave it here',
    plan: ({ percent }, { by, at }) => {
      const sentence = `Completed at ${percent} % by ${by}.`;
      return toEnd('completed', { action: 'complete', sentence, at });
    },
  }),
  cancel: define({
    summary: 'End it and leave everybody where they are',
    states: OPEN_STATES,
    input: 'none',
    plan: ({ percent, step }, { by, at }) => {
      const where = step < 0 ? 'before it began' : `at ${percent} %, which stays`;
      const sentence = `Cancelled ${where}, by ${by}.`;
      return toEnd('cancelled', { action: 'cancel', sentence, at });
    },
  }),
  restart: define({
    summary: 'A new release with empty statistics',
    states: RELEASE_STATES,
    input: 'people',
  }),
};

function define<I extends keyof CommandInputs>(command: CommandDefinition<I>) {
  return command;
}

export type Command = keyof typeof COMMANDS;
export type InputOf<C extends Command> = CommandInputs[(typeof COMMANDS)[C]['input']];
export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly Command[];

/** Commands that the release allows in its current state. A freeze may still reject a rise. */
export function possibleCommands(release: DecidedRelease, at: Date): readonly Command[] {
  return COMMAND_NAMES.filter((command) => rejectionOf(command, release, at) === null);
}

export function assertCommandPossible(command: Command, release: DecidedRelease, at: Date): void {
  const rejection = rejectionOf(command, release, at);
  if (rejection !== null) throw conflict(rejection);
}

function rejectionOf(command: Command, release: DecidedRelease, at: Date): string | null {
  const { states, obstacle } = COMMANDS[command];
  if (!states.includes(release.state)) return rejectionByState(command, release.state);
  return obstacle?.(release, at) ?? null;
}

/** The command to use instead, where one exists. */
const INSTEAD: Readonly<Partial<Record<ReleaseState, Partial<Record<Command, string>>>>> = {
  draft: { rollback: 'cancel it', advance: 'start it' },
  scheduled: { rollback: 'cancel it', advance: 'wait for its start, or approve it' },
  paused: { advance: 'resume it first', pause: 'it is paused already' },
  final_bake: { advance: 'complete it' },
};

function rejectionByState(command: Command, state: ReleaseState): string {
  const what = `${command} is not possible while a release is ${state.replaceAll('_', ' ')}`;
  if (hasEnded(state)) return `${what}: restart it, or start a new one`;
  const instead = INSTEAD[state]?.[command];
  return instead === undefined ? what : `${what}: ${instead}`;
}

/** Evidence has paused the release, and would pause it again immediately after a resume. */
function isVerdict(reason: Release['pauseReason']): reason is 'regression' | 'srm' {
  return reason === 'regression' || reason === 'srm';
}

function obstacleToResume({ pauseReason }: Release): string | null {
  if (!isVerdict(pauseReason)) return null;
  const reason = pauseReason === 'srm' ? 'a mismatch of the sample ratio' : 'a regression';
  return (
    `the release was paused because of ${reason}, which the same numbers would ` +
    'repeat at once: override it, restart it with newly drawn people, or roll it back'
  );
}

/**
 * Approval is possible only once all other holds are gone, so users approve what the page shows.
 */
function isApprovalAsked(release: DecidedRelease, at: Date): boolean {
  if (release.state !== 'scheduled') return release.decision?.action === 'await_approval';
  const isTime = release.startAt === null || release.startAt <= at;
  return release.plan.startApproval && release.startApprovedBy === null && isTime;
}

function planAdvance(release: Release, { by, at }: Order<'none'>): Move {
  const step = release.step + 1;
  const to = currentStep({ ...release, step })?.percent ?? release.percent;
  const sentence =
    `Advanced anyway from ${release.percent} % to ${to} % by ${by}, ` +
    'before the step was earned.';
  return toStep(release, step, { action: 'advance', sentence, at });
}

function planApproval({ state, step, percent }: Release, { by, at }: Order<'none'>): Move {
  const isStart = state === 'scheduled';
  const approval = isStart ? { startApprovedBy: by } : { approvedStep: step };
  return {
    action: 'approve',
    sentence: `${by} approved ${isStart ? 'the start' : `going beyond ${percent} %`}.`,
    change: { ...approval, nextTickAt: at },
  };
}

function planHold({ percent }: Release, { by, at, input }: Order<'until'>): Move {
  const until = new Date(input.until);
  if (until <= at) {
    const message = `must be later than now (${at.toISOString()}), got ${until.toISOString()}`;
    throw invalid([{ pointer: '/until', message }]);
  }
  const sentence = `Held at ${percent} % until ${formatTime(until.getTime())} by ${by}.`;
  return { action: 'hold', sentence, change: { holdUntil: until } };
}

/**
 * A jump down is always possible and keeps a pause; a jump up skips the evidence of the steps
 * between.
 */
function planJump(release: Release, { by, at, input }: Order<'step'>): Move {
  const step = currentStep({ ...release, step: input.step });
  if (step === undefined) {
    const message = `must be from 0 to ${lastStepIndex(release.plan)}, got ${input.step}`;
    throw invalid([{ pointer: '/step', message }]);
  }
  if (input.step === release.step) throw conflict(`the release is at step ${input.step} already`);
  if (step.percent > release.percent && release.state === 'paused') {
    throw conflict('a paused release must be resumed to rise');
  }
  const sentence = `Jumped from ${release.percent} % to ${step.percent} % by ${by}.`;
  return toStep(release, input.step, { action: 'jump', sentence, at });
}

/** A rollback ignores windows, freezes and approvals. */
function planRollback(release: Release, { by, at }: Order<'none'>): Move {
  const { percent, startPercent, plan } = release;
  const to = plan.rollbackTo === 'start' ? startPercent : 0;
  const sentence = `Rolled back from ${percent} % to ${to} % by ${by}.`;
  return toRollback(release, { sentence, at });
}

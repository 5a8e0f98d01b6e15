import { conflict } from '../refusals.js';
import { hasEnded, lastStepIndex, type Release, type ReleaseState } from './release.js';

export const COMMANDS = [
  'start',
  'pause',
  'resume',
  'advance',
  'override',
  'approve',
  'hold',
  'skip-bake',
  'jump',
  'rollback',
  'complete',
  'cancel',
  'restart',
] as const;
export type Command = (typeof COMMANDS)[number];

/** In which states a person may give which command; the table of `docs/guides/release.md`. */
export const COMMAND_STATES: Readonly<Record<Command, readonly ReleaseState[]>> = {
  start: ['draft'],
  pause: ['running', 'final_bake'],
  resume: ['paused'],
  advance: ['running'],
  override: ['paused'],
  approve: ['scheduled', 'running'],
  hold: ['running', 'final_bake'],
  'skip-bake': ['running', 'final_bake'],
  jump: ['running', 'final_bake', 'paused'],
  rollback: ['running', 'final_bake', 'paused'],
  complete: ['running', 'final_bake', 'paused'],
  cancel: ['draft', 'scheduled', 'running', 'final_bake', 'paused', 'rolling_back'],
  restart: [
    ...(['draft', 'scheduled', 'running', 'final_bake', 'paused', 'rolling_back'] as const),
    ...(['completed', 'rolled_back', 'killed', 'cancelled', 'superseded'] as const),
  ],
};

/** What to do instead, where there is something. */
const INSTEAD: Readonly<Partial<Record<ReleaseState, Partial<Record<Command, string>>>>> = {
  draft: { rollback: 'cancel it', advance: 'start it' },
  scheduled: { rollback: 'cancel it', advance: 'wait for its start, or approve it' },
  paused: { advance: 'resume it first', pause: 'it is paused already' },
  final_bake: { advance: 'complete it' },
};

/** Verdicts that looking on would only repeat. */
const NEEDS_OVERRIDE: readonly unknown[] = ['regression', 'srm'];
const MAY_OVERRIDE: readonly unknown[] = ['regression', 'srm', 'absolute'];

export function assertCommandAllowed(
  command: Command,
  release: Pick<Release, 'state' | 'pauseReason' | 'step' | 'plan'>,
): void {
  const { state, pauseReason } = release;
  if (!COMMAND_STATES[command].includes(state)) throw conflict(refusalOf(command, state));
  if (command === 'resume' && NEEDS_OVERRIDE.includes(pauseReason)) {
    throw conflict(
      `the release was paused because of ${wordsOf(pauseReason)}, which the same numbers would ` +
        'repeat at once: override it, restart it with newly drawn people, or roll it back',
    );
  }
  if (command === 'override' && !MAY_OVERRIDE.includes(pauseReason)) {
    throw conflict('no verdict is in the way: resume the release');
  }
  if (command === 'complete' && release.step < lastStepIndex(release.plan)) {
    throw conflict(
      'the release is not at its last step: jump there, or cancel it to leave it here',
    );
  }
}

function refusalOf(command: Command, state: ReleaseState): string {
  const what = `${command} is not possible while a release is ${state.replaceAll('_', ' ')}`;
  if (hasEnded(state)) return `${what}: restart it, or start a new one`;
  const instead = INSTEAD[state]?.[command];
  return instead === undefined ? what : `${what}: ${instead}`;
}

function wordsOf(reason: unknown): string {
  return reason === 'srm' ? 'a mismatch of the sample ratio' : 'a regression';
}

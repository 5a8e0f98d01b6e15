import { formatPercent } from '@sluice/server/domain/format';
import type { Release, ReleaseCommand } from '../../api/types.js';
import { hasEnded } from './release-words.js';

/** A command that a user may give to a release, and the dialog that asks for it. */
export interface Offer {
  readonly command: ReleaseCommand;
  readonly label: string;
  readonly title: string;
  readonly description: string;
  readonly confirm: string;
  readonly needsReason: boolean;
  /** The input that the dialog asks for besides the reason. */
  readonly asks?: 'until' | 'step' | 'people';
}

export interface Offers {
  /** Shown as buttons. */
  readonly main: readonly Offer[];
  /** Shown in the menu. */
  readonly more: readonly Offer[];
}

type Words = Omit<Offer, 'command' | 'needsReason'>;

const NEEDS_REASON: readonly ReleaseCommand[] = ['advance', 'override', 'skip-bake', 'jump'];

function offer(command: ReleaseCommand, words: Words): Offer {
  return { command, needsReason: NEEDS_REASON.includes(command), ...words };
}

/** In the order of the buttons. */
const BUTTONS: readonly ReleaseCommand[] = [
  'start',
  'approve',
  'pause',
  'resume',
  'override',
  'rollback',
];

/** In the order of the menu. */
const MENU: readonly ReleaseCommand[] = [
  'advance',
  'complete',
  'hold',
  'skip-bake',
  'jump',
  'restart',
  'cancel',
];

/** The commands that the server allows now, as buttons or in the menu. */
export function offersFor(release: Release): Offers {
  const { commands, step } = release;
  const all = offers(release);
  const pick = (names: readonly ReleaseCommand[]): Offer[] =>
    names.filter((name) => commands.includes(name)).map((name) => all[name]);
  if (hasEnded(release)) {
    return { main: pick(MENU), more: [] };
  }
  // Before the first step there is nothing to restart, and few commands besides cancel.
  return step < 0
    ? { main: pick([...BUTTONS, 'cancel']), more: [] }
    : { main: pick(BUTTONS), more: pick(MENU) };
}

function offers(release: Release): Readonly<Record<ReleaseCommand, Offer>> {
  const { plan, step, flag } = release;
  const next = plan.steps[step + 1];
  const back =
    plan.rollbackTo === 'start'
      ? `Exposure goes back to ${formatPercent(release.startPercent)}, where it was before the release.`
      : 'Nobody gets the feature any more.';
  const beyond = next === undefined ? 'the next step' : formatPercent(next.percent);
  return {
    start: offer('start', {
      label: 'Start…',
      title: `Start the release of ${flag}?`,
      description: 'The first step opens as soon as its schedule and windows allow.',
      confirm: 'Start now',
    }),
    pause: offer('pause', {
      label: 'Pause…',
      title: `Pause the release of ${flag}?`,
      description: `Exposure stays at ${formatPercent(release.percent)}; numbers are still watched, and harm still rolls back.`,
      confirm: 'Pause now',
    }),
    resume: offer('resume', {
      label: 'Resume…',
      title: `Resume the release of ${flag}?`,
      description: 'It goes on from this step with all the numbers so far.',
      confirm: 'Resume now',
    }),
    rollback: offer('rollback', {
      label: 'Roll back…',
      title: `Roll back the release of ${flag}?`,
      description: `${back} The release ends there.`,
      confirm: 'Roll back now',
    }),
    advance: offer('advance', {
      label: 'Advance anyway…',
      title: `Advance to ${beyond} without having earned it?`,
      description: 'What holds the release is passed over. It is recorded with your reason.',
      confirm: 'Advance now',
    }),
    override: offer('override', {
      label: 'Go on against the verdict…',
      title: 'Go on against the verdict?',
      description:
        'A new round of evidence begins. What was seen so far stays on record but no longer counts. Restart with new people for a clean second opinion.',
      confirm: 'Go on',
    }),
    approve: offer('approve', {
      label: 'Approve…',
      title: step < 0 ? `Approve the start of ${flag}?` : `Approve going to ${beyond}?`,
      description: 'The release continues at the next evaluation.',
      confirm: 'Approve',
    }),
    hold: offer('hold', {
      label: 'Hold until…',
      title: 'Hold at this step until',
      description: 'Nothing rises before then; harm still rolls back at once.',
      confirm: 'Hold',
      asks: 'until',
    }),
    'skip-bake': offer('skip-bake', {
      label: 'Skip the bake…',
      title: 'Skip the bake of this step?',
      description: 'The minimum time no longer counts; evidence is still asked for.',
      confirm: 'Skip the bake',
    }),
    jump: offer('jump', {
      label: 'Jump to a step…',
      title: 'Jump to another step',
      description: 'Down at any time; up passes over what the steps between would have earned.',
      confirm: 'Jump now',
      asks: 'step',
    }),
    complete: offer('complete', {
      label: 'Complete now…',
      title: `Complete the release of ${flag}?`,
      description: 'The final bake ends here; the percentage stays and is yours to edit again.',
      confirm: 'Complete now',
    }),
    cancel: offer('cancel', {
      label: 'Cancel the release…',
      title: `Cancel the release of ${flag}?`,
      description: `Nobody watches any more; exposure stays at ${formatPercent(release.percent)}.`,
      confirm: 'Cancel the release',
    }),
    restart: offer('restart', {
      label: 'Start again…',
      title: `Start the release of ${flag} again?`,
      description: 'A new release with the same plan and no numbers.',
      confirm: 'Start again',
      asks: 'people',
    }),
  };
}

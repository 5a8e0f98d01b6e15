import { formatChange } from '@sluice/server/domain/format';
import type { GateVerdict, Release, ReleaseState } from '../../api/types.js';

type Tone = 'neutral' | 'accent' | 'good' | 'notice' | 'special';

const STATES: Readonly<Record<ReleaseState, { label: string; tone: Tone }>> = {
  draft: { label: 'draft', tone: 'neutral' },
  scheduled: { label: 'scheduled', tone: 'special' },
  running: { label: 'releasing', tone: 'accent' },
  final_bake: { label: 'final bake', tone: 'accent' },
  paused: { label: 'paused', tone: 'notice' },
  rolling_back: { label: 'rolling back', tone: 'notice' },
  completed: { label: 'completed', tone: 'good' },
  rolled_back: { label: 'rolled back', tone: 'notice' },
  killed: { label: 'killed', tone: 'notice' },
  cancelled: { label: 'cancelled', tone: 'neutral' },
  superseded: { label: 'replaced', tone: 'neutral' },
};

export function stateWords(state: ReleaseState): { readonly label: string; readonly tone: Tone } {
  return STATES[state];
}

export function hasEnded({ endedAt }: Pick<Release, 'endedAt'>): boolean {
  return endedAt !== null;
}

/** The text before the first evaluation, when the server has not sent one yet. */
export function waitingWords(state: ReleaseState): string {
  switch (state) {
    case 'draft':
      return 'A draft: nobody sees it until somebody starts it.';
    case 'scheduled':
      return 'Scheduled: the first step opens when its time has come.';
    case 'running':
    case 'final_bake':
      return 'Just begun: the first evaluation follows within seconds.';
    default:
      return `The release is ${STATES[state].label}.`;
  }
}

const PAUSES = {
  manual: 'by hand',
  regression: 'a regression',
  srm: 'the sides hold other shares of people than planned',
  absolute: 'a limit was crossed',
  error: 'an error',
} as const;

export function pauseWords(reason: Release['pauseReason']): string | undefined {
  return reason === null ? undefined : PAUSES[reason];
}

interface VerdictWords {
  readonly label: string;
  readonly tone: Tone;
  readonly solid?: boolean;
}

/** Never says "safe": at most that no harm was detected, and which harm would have been. */
export function verdictWords(verdict: GateVerdict): VerdictWords {
  switch (verdict) {
    case 'harm':
      return { label: 'harm proven', tone: 'notice', solid: true };
    case 'suspicious':
      return { label: 'suspicious', tone: 'notice' };
    case 'clear':
      return { label: 'no harm seen', tone: 'good' };
    case 'unclear':
      return { label: 'cannot tell yet', tone: 'neutral' };
  }
}

/** Says which harm a clear verdict rules out. */
export function wouldHaveSeen(ruledOut: number | null): string | undefined {
  return ruledOut === null ? undefined : `would have seen more than ${formatChange(ruledOut)}`;
}

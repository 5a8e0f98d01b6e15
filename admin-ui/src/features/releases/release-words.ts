import type { GateVerdict, Release, ReleaseState } from '../../api/types.js';

type Tone = 'neutral' | 'accent' | 'good' | 'notice' | 'special';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** "45 s", "30 min", "1 h 20 min", "2 d 4 h": at most two units, rounded down. */
export function formatSpan(ms: number): string {
  const span = Math.max(0, ms);
  if (span < 2 * MINUTE_MS) {
    return `${Math.floor(span / 1000)} s`;
  }
  if (span < HOUR_MS) {
    return `${Math.floor(span / MINUTE_MS)} min`;
  }
  return span < DAY_MS
    ? twoUnits(span, [HOUR_MS, 'h'], [MINUTE_MS, 'min'])
    : twoUnits(span, [DAY_MS, 'd'], [HOUR_MS, 'h']);
}

type Unit = readonly [ms: number, name: string];

function twoUnits(span: number, [big, bigName]: Unit, [small, smallName]: Unit): string {
  const rest = Math.floor((span % big) / small);
  const first = `${Math.floor(span / big)} ${bigName}`;
  return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}

/** At most three digits that matter: 12.4, 0.031, 1,240. */
export function formatNumber(value: number): string {
  return Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString('en-US')
    : value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

/** 0.0312 → "3.12 %". */
export function formatShare(share: number): string {
  return `${formatNumber(share * 100)} %`;
}

/** A relative effect: 1.4 → "+140 %". */
export function formatChange(effect: number): string {
  const sign = effect > 0 ? '+' : effect < 0 ? '−' : '±';
  return `${sign}${formatShare(Math.abs(effect))}`;
}

/** Evidence from its logarithm. */
export function formatEvidence(lnE: number): string {
  if (lnE > Math.log(1e6)) {
    return 'over 1,000,000';
  }
  return lnE < Math.log(0.01) ? 'below 0.01' : formatNumber(Math.exp(lnE));
}

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

/** Before the first look has said something. */
export function waitingWords(state: ReleaseState): string {
  switch (state) {
    case 'draft':
      return 'A draft: nobody sees it until somebody starts it.';
    case 'scheduled':
      return 'Scheduled: the first step opens when its time has come.';
    case 'running':
    case 'final_bake':
      return 'Just begun: the first look comes within seconds.';
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

/** Never "safe": at most that nothing was seen, and what would have been. */
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

/** What a clear verdict is worth. */
export function wouldHaveSeen(ruledOut: number | null): string | undefined {
  return ruledOut === null ? undefined : `would have seen more than ${formatChange(ruledOut)}`;
}

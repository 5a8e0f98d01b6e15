const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Made once: making one costs a hundred times as much as using it. */
const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const THREE_DIGITS = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** 1204 → "1,204". */
export function inWords(value: number): string {
  return WHOLE.format(value);
}

/** A number with at most three digits that matter: 12.4, 0.031, 1,240. */
export function inDigits(value: number): string {
  return THREE_DIGITS.format(value);
}

/** 0.0312 → "3.12 %". */
export function asPercent(share: number): string {
  return `${inDigits(share * 100)} %`;
}

/** An effect: 1.4 → "+140 %". */
export function asChange(effect: number): string {
  return `${effect < 0 ? '' : '+'}${asPercent(effect)}`;
}

/** Evidence from its logarithm: "143", "over 1,000,000". */
export function asEvidence(lnE: number): string {
  const e = Math.exp(Math.min(lnE, 20));
  return e > 1e6 ? 'over 1,000,000' : inDigits(e);
}

export function asDuration(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.floor(ms / 1000)} s`;
  if (ms < 2 * HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  return `${inDigits(Math.floor((ms / HOUR_MS) * 10) / 10)} h`;
}

export function asTime(at: number): string {
  return new Date(at)
    .toISOString()
    .replace(/:\d\d\.\d+Z$/, 'Z')
    .replace('T', ' ');
}

/** "a", "a and b", "a, b and 3 more". */
export function asList(names: readonly string[], shown = 3): string {
  if (names.length > shown) {
    return `${names.slice(0, shown - 1).join(', ')} and ${names.length - shown + 1} more`;
  }
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

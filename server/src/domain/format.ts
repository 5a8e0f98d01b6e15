/** Formats numbers, durations and lists for the server's sentences and for the admin UI. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Created once, because creating a formatter costs a hundred times as much as using it. */
const INTEGER = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const THREE_DIGITS = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** 1204 → "1,204". */
export function formatInteger(value: number): string {
  return withMinusSign(INTEGER.format(value));
}

/** Three significant digits, or all digits of a large number: "12.4", "0.031", "12,345". */
export function formatNumber(value: number): string {
  return withMinusSign((Math.abs(value) >= 1_000 ? INTEGER : THREE_DIGITS).format(value));
}

/** A measured share: 0.0312 → "3.12 %". */
export function formatShare(share: number): string {
  return `${formatNumber(share * 100)} %`;
}

/** A configured percentage, with at most three decimals: 12.5 → "12.5 %". */
export function formatPercent(percentage: number): string {
  return `${Math.round(percentage * 1_000) / 1_000} %`;
}

/** A relative change: 1.4 → "+140 %", −0.25 → "−25 %". */
export function formatChange(change: number): string {
  const sign = change > 0 ? '+' : change < 0 ? '' : '±';
  return `${sign}${formatShare(change)}`;
}

/** Evidence from its natural logarithm: "143", "over 1,000,000", "below 0.01". */
export function formatEvidence(lnE: number): string {
  if (lnE > Math.log(1e6)) return 'over 1,000,000';
  return lnE < Math.log(0.01) ? 'below 0.01' : formatNumber(Math.exp(lnE));
}

/** "45 s", "30 min", "1 h 20 min", "2 d 4 h": two units at most, rounded down. */
export function formatDuration(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.floor(Math.max(0, ms) / SECOND_MS)} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  return ms < DAY_MS
    ? formatUnits(ms, [HOUR_MS, 'h'], [MINUTE_MS, 'min'])
    : formatUnits(ms, [DAY_MS, 'd'], [HOUR_MS, 'h']);
}

type Unit = readonly [ms: number, name: string];

function formatUnits(ms: number, [large, largeName]: Unit, [small, smallName]: Unit): string {
  const rest = Math.floor((ms % large) / small);
  const whole = `${Math.floor(ms / large)} ${largeName}`;
  return rest === 0 ? whole : `${whole} ${rest} ${smallName}`;
}

/** Formats a time to the minute, in UTC: "2026-01-31 12:00Z". */
export function formatTime(at: number): string {
  return new Date(at)
    .toISOString()
    .replace(/:\d\d\.\d+Z$/, 'Z')
    .replace('T', ' ');
}

/** "a", "a and b", "a, b and 3 more". */
export function formatList(names: readonly string[], shown = 3): string {
  if (names.length > shown) {
    return `${names.slice(0, shown - 1).join(', ')} and ${names.length - shown + 1} more`;
  }
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

function withMinusSign(text: string): string {
  return text.replace('-', '−');
}

/** Returns a number in [0, 1), like `Math.random`. */
export type Random = () => number;

const FIRST_MIN_MS = 200;
const FIRST_MAX_MS = 3_000;
const SECOND_MS = 2_000;
const CAP_MS = 30_000;
const EXTENDED_MS = 5 * 60_000;
const RETRY_AFTER_MAX_MS = 5 * 60_000;

/** A connection that lasted this long resets the failure count. */
export const HEALTHY_AFTER_MS = 60_000;

/**
 * Delay before attempt number `failures + 1`. The first retry is spread widely, because a whole
 * fleet retries at once. Jitter is applied after the cap, so that the fleet stays spread there.
 */
export function retryDelayMs(failures: number, random: Random): number {
  if (failures <= 1) return between(FIRST_MIN_MS, FIRST_MAX_MS, random);
  const uncapped = SECOND_MS * 2 ** Math.min(failures - 2, 10);
  return Math.min(uncapped, CAP_MS) * between(0.5, 1, random);
}

/** Delay after an error that only an operator can fix: a wrong key or a wrong address. */
export function extendedDelayMs(random: Random): number {
  return EXTENDED_MS * between(0.5, 1, random);
}

/** A `Retry-After` header is never undercut, and is limited to five minutes. */
export function retryAfterDelayMs(retryAfterMs: number, random: Random): number {
  return Math.min(retryAfterMs, RETRY_AFTER_MAX_MS) * between(1, 1.25, random);
}

/** Parses seconds or a date; returns null when the header is absent or invalid. */
export function parseRetryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

export function between(low: number, high: number, random: Random): number {
  return low + (high - low) * random();
}

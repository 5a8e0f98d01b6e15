/** A number in [0, 1), as `Math.random` gives it. */
export type Random = () => number;

const FIRST_MIN_MS = 200;
const FIRST_MAX_MS = 3_000;
const SECOND_MS = 2_000;
const CAP_MS = 30_000;
const EXTENDED_MS = 5 * 60_000;
const RETRY_AFTER_MAX_MS = 5 * 60_000;

/** A connection that held this long wipes the slate clean. */
export const HEALTHY_AFTER_MS = 60_000;

/**
 * Wait before attempt number `failures + 1`. The first retry is spread widely, because a whole
 * fleet makes it at once; jitter comes after the cap, or the fleet would meet again there.
 */
export function retryDelayMs(failures: number, random: Random): number {
  if (failures <= 1) return between(FIRST_MIN_MS, FIRST_MAX_MS, random);
  const uncapped = SECOND_MS * 2 ** Math.min(failures - 2, 10);
  return Math.min(uncapped, CAP_MS) * between(0.5, 1, random);
}

/** Wait after an answer that only a person can change: a wrong key, a wrong address. */
export function extendedDelayMs(random: Random): number {
  return EXTENDED_MS * between(0.5, 1, random);
}

/** A server's `Retry-After` is never undercut, and never trusted beyond five minutes. */
export function retryAfterDelayMs(retryAfterMs: number, random: Random): number {
  return Math.min(retryAfterMs, RETRY_AFTER_MAX_MS) * between(1, 1.25, random);
}

/** Reads the header in seconds or as a date; null when absent or unusable. */
export function parseRetryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

export function between(low: number, high: number, random: Random): number {
  return low + (high - low) * random();
}

/** How fast attempts may follow each other: the first few freely, then slower and slower. */
export interface Throttle {
  readonly freeAttempts: number;
  readonly delaySecondsMax: number;
}

/** At most ten in the first minute and one a minute after; never closed for good. */
export const ACCOUNT_THROTTLE: Throttle = { freeAttempts: 5, delaySecondsMax: 60 };
/** Many people may share one address. */
export const NETWORK_THROTTLE: Throttle = { freeAttempts: 30, delaySecondsMax: 60 };

/** Without a failure for this long, a count begins anew. */
export const FORGET_FAILURES_AFTER_MS = 60 * 60 * 1000;

/** Seconds to wait after the attempt that made the count this high. */
export function delaySecondsAfter(throttle: Throttle, count: number): number {
  if (count < throttle.freeAttempts) return 0;
  return Math.min(throttle.delaySecondsMax, 2 ** (count - throttle.freeAttempts));
}

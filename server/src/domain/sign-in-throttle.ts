/** Limits the rate of attempts: the first few are free, then delays grow. */
export interface Throttle {
  readonly freeAttempts: number;
  readonly delaySecondsMax: number;
}

/**
 * Allows at most ten attempts in the first minute and one per minute later; it never locks an
 * account.
 */
export const ACCOUNT_THROTTLE: Throttle = { freeAttempts: 5, delaySecondsMax: 60 };
/** Allows more free attempts, because many users may share one address. */
export const NETWORK_THROTTLE: Throttle = { freeAttempts: 30, delaySecondsMax: 60 };

/** The count restarts after this time without a failure. */
export const FORGET_FAILURES_AFTER_MS = 60 * 60 * 1000;

/** Seconds to wait after the failed attempt that raised the count to `count`. */
export function delaySecondsAfter(throttle: Throttle, count: number): number {
  if (count < throttle.freeAttempts) return 0;
  return Math.min(throttle.delaySecondsMax, 2 ** (count - throttle.freeAttempts));
}

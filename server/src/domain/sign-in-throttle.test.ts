import { describe, expect, it } from 'vitest';
import { ACCOUNT_THROTTLE, delaySecondsAfter, NETWORK_THROTTLE } from './sign-in-throttle.js';

/** Counts the attempts that get through when each is made as early as allowed. */
function attemptsWithin(seconds: number, throttle = ACCOUNT_THROTTLE): number {
  let at = 0;
  let count = 0;
  while (at <= seconds) {
    count += 1;
    at += delaySecondsAfter(throttle, count);
  }
  return count;
}

describe('the sign-in throttle', () => {
  it('allows the first attempts immediately and then increases the delay each time', () => {
    const delays = Array.from({ length: 13 }, (_, index) =>
      delaySecondsAfter(ACCOUNT_THROTTLE, index + 1),
    );
    expect(delays).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('allows at most ten attempts per account in a minute', () => {
    expect(attemptsWithin(60)).toBeLessThanOrEqual(10);
    expect(attemptsWithin(3600)).toBeLessThanOrEqual(70);
  });

  it('never locks an account: it allows an attempt a minute after any number of failures', () => {
    expect(delaySecondsAfter(ACCOUNT_THROTTLE, 1_000_000)).toBe(60);
    expect(delaySecondsAfter(NETWORK_THROTTLE, 1_000_000)).toBe(60);
  });
});

import { describe, expect, it } from 'vitest';
import { ACCOUNT_THROTTLE, delaySecondsAfter, NETWORK_THROTTLE } from './sign-in-throttle.js';

/** How many attempts get through when every one is made as soon as it may. */
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
  it('lets the first attempts through at once and then takes longer each time', () => {
    const delays = Array.from({ length: 13 }, (_, index) =>
      delaySecondsAfter(ACCOUNT_THROTTLE, index + 1),
    );
    expect(delays).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('lets at most ten attempts at one account through in a minute', () => {
    expect(attemptsWithin(60)).toBeLessThanOrEqual(10);
    expect(attemptsWithin(3600)).toBeLessThanOrEqual(70);
  });

  it('never closes: however many failed, a minute later the next one counts', () => {
    expect(delaySecondsAfter(ACCOUNT_THROTTLE, 1_000_000)).toBe(60);
    expect(delaySecondsAfter(NETWORK_THROTTLE, 1_000_000)).toBe(60);
  });
});

import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../test/support/seeded-random.js';
import { extendedDelayMs, parseRetryAfter, retryAfterDelayMs, retryDelayMs } from './backoff.js';

const low = () => 0;
const high = () => 1 - Number.EPSILON;

function fullestBin(times: readonly number[]): number {
  const bins = new Map<number, number>();
  for (const time of times) {
    const bin = Math.floor(time / 100);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
  }
  return Math.max(...bins.values());
}

describe('the delay before a retry', () => {
  it('is between 0.2 and 3 s for the first retry', () => {
    expect(retryDelayMs(1, low)).toBe(200);
    expect(retryDelayMs(1, high)).toBeCloseTo(3_000, 3);
  });

  it('doubles from 2 s to 30 s, with at least half of it fixed', () => {
    const caps = [2, 3, 4, 5, 6, 7, 50].map((failures) => retryDelayMs(failures, high));
    for (const [index, cap] of [2, 4, 8, 16, 30, 30, 30].entries()) {
      expect(caps[index]).toBeCloseTo(cap * 1_000, 3);
    }
    expect(retryDelayMs(6, low)).toBe(15_000);
  });

  it('applies its jitter after the cap, so that a fleet stays spread', () => {
    const random = seededRandom(7);
    const waits = Array.from({ length: 1_000 }, () => retryDelayMs(20, random));
    expect(Math.min(...waits)).toBeLessThan(15_200);
    expect(Math.max(...waits)).toBeGreaterThan(29_800);
  });

  it('spreads each retry of 1,000 clients so that no 100 ms contain more than 6 % of them', () => {
    const random = seededRandom(11);
    for (const failures of [1, 3, 4, 5, 6, 7]) {
      const waits = Array.from({ length: 1_000 }, () => retryDelayMs(failures, random));
      expect(fullestBin(waits)).toBeLessThanOrEqual(failures === 3 ? 80 : 60);
    }
  });

  it('keeps 1,000 clients apart over every retry of an outage', () => {
    const random = seededRandom(11);
    const arrivals: number[] = [];
    for (let client = 0; client < 1_000; client += 1) {
      let at = 0;
      for (let failures = 1; failures <= 8; failures += 1) {
        at += retryDelayMs(failures, random);
        arrivals.push(at);
      }
    }
    expect(fullestBin(arrivals)).toBeLessThanOrEqual(100);
    expect(fullestBin(arrivals.filter((at) => at > 4_000))).toBeLessThanOrEqual(60);
  });

  it('allows at most 12 attempts in the first minute', () => {
    let at = 0;
    let attempts = 1;
    for (let failures = 1; at < 60_000; failures += 1) {
      at += retryDelayMs(failures, low);
      attempts += 1;
    }
    expect(attempts).toBeLessThanOrEqual(12);
  });

  it('is 2.5 to 5 minutes when only an operator can fix the cause', () => {
    expect(extendedDelayMs(low)).toBe(150_000);
    expect(extendedDelayMs(high)).toBeCloseTo(300_000, 3);
  });
});

describe('a Retry-After header', () => {
  it.each([
    ['7', 7_000],
    [' 0 ', 0],
    ['Sat, 21 Nov 2026 10:00:30 GMT', 30_000],
    ['Sat, 21 Nov 2026 09:00:00 GMT', 0],
    ['soon', null],
    ['', null],
    [null, null],
  ])('with %j is parsed as %j ms', (header, expected) => {
    expect(parseRetryAfter(header, Date.parse('2026-11-21T10:00:00Z'))).toBe(expected);
  });

  it('is never undercut, and is respected up to five minutes', () => {
    expect(retryAfterDelayMs(7_000, low)).toBe(7_000);
    expect(retryAfterDelayMs(7_000, high)).toBeCloseTo(8_750, 3);
    expect(retryAfterDelayMs(86_400_000, low)).toBe(300_000);
  });
});

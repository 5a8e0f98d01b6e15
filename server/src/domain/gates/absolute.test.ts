import { describe, expect, it } from 'vitest';
import { debounce, type GateTick } from './debounce.js';
import { oneSampleLnE, oneSampleLnEBelow, oneSampleUpper } from './one-sample.js';

describe('the one-sample test', () => {
  it('computes the golden evidence', () => {
    const e = (bad: number, total: number) => Math.exp(oneSampleLnE({ bad, total }, 0.01));
    expect(e(20, 1000)).toBeCloseTo(8.38, 2);
    expect(e(30, 1000)).toBeCloseTo(46_640, -1);
    expect(e(12, 1000)).toBeCloseTo(0.43, 2);
    expect(e(5, 100)).toBeCloseTo(12.4, 1);
  });

  it('gives a tighter upper bound of a share for more users', () => {
    const clean = [100, 700, 10_000].map((total) => oneSampleUpper({ bad: 0, total }, 0.05));
    expect(clean[0]).toBeGreaterThan(0.03);
    expect(clean[0]).toBeLessThan(0.05);
    expect(clean[1]).toBeLessThan(0.007);
    expect(clean[2]).toBeLessThan(0.0005);
    const upper = oneSampleUpper({ bad: 10, total: 10_000 }, 0.05);
    expect(oneSampleLnEBelow({ bad: 10, total: 10_000 }, upper)).toBeCloseTo(Math.log(20), 6);
  });

  it('returns an upper bound of 1 without users, or when all are bad', () => {
    expect(oneSampleUpper({ bad: 0, total: 0 }, 0.05)).toBe(1);
    expect(oneSampleUpper({ bad: 5, total: 5 }, 0.05)).toBe(1);
  });
});

describe('debounce', () => {
  const rule = { k: 3, n: 5, graceSeconds: 900 };
  const ticks = (statuses: string): GateTick[] =>
    [...statuses].map((letter, index) => ({
      at: index * 30_000,
      status: ({ o: 'OK', b: 'BREACH', n: 'NO_DATA', e: 'ERROR' } as const)[letter] ?? 'OK',
    }));
  const fires = (statuses: string) => debounce(ticks(statuses), rule, 600_000).hasFired;

  it('fires on three breaches among the last five ticks with data', () => {
    expect(fires('bobob')).toBe(true);
    expect(fires('bbb')).toBe(true);
    expect(fires('bboooooob')).toBe(false);
    expect(fires('obob')).toBe(false);
  });

  it('counts missing data and errors as neither good nor bad', () => {
    expect(fires('bneebnnb')).toBe(true);
    expect(fires('nneee')).toBe(false);
  });

  it('reports overdue when there was no data for longer than the grace period', () => {
    const silent = ticks('oneenn');
    expect(debounce(silent, rule, 900_000).isOverdue).toBe(false);
    expect(debounce(silent, rule, 900_001).isOverdue).toBe(true);
    expect(debounce(ticks('eee'), rule, 900_001).isOverdue).toBe(true);
    expect(debounce([], rule, 1e9).isOverdue).toBe(false);
  });
});

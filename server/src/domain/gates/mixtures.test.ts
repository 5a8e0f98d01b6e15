import { describe, expect, it } from 'vitest';
import { familyOf, LN_E_MIN, mainPartsOf } from './family.js';
import { findCrossing } from './find-crossing.js';
import { lateOnsetLnE, startsOf } from './late-onset.js';
import { quantileBand } from './quantile-band.js';
import { sampleRatioLnE } from './sample-ratio.js';
import { splitLnE } from './split.js';

const up = { margin: 0, harmful: 'up' } as const;

describe('late onset', () => {
  const a9 = [10, 48, 251, 600].map((treatment, index) => ({
    share: [0.01, 0.05, 0.25, 0.5][index] as number,
    treatment,
    control: [1000, 952, 749, 500][index] as number,
  }));

  it('detects harm that exists in the last step only (A9)', () => {
    const byStart = a9.map((_, start) => splitLnE(a9.slice(start), up));
    const golden = [0.389, 0.4443, 0.8883, 2.4927];
    byStart.forEach((lnE, index) => {
      expect(lnE).toBeCloseTo(golden[index] as number, 4);
    });
    expect(lateOnsetLnE(byStart, 4)).toBeCloseTo(0.8121, 4);
  });

  it('counts a start that was not reached as 1, and has no starts when one step is planned', () => {
    expect(lateOnsetLnE([0], 4)).toBeCloseTo(0, 12);
    expect(lateOnsetLnE([3], 1)).toBe(3);
    expect(lateOnsetLnE([], 4)).toBeCloseTo(0, 12);
  });

  it('has a start at each new step, but not when a step is entered again', () => {
    const steps = [0, 0, 1, 0, 1, 2].map((step) => ({ step }));
    expect(startsOf(steps, 4)).toEqual([0, 2, 5]);
    expect(startsOf(steps, 2)).toEqual([0, 2]);
  });
});

describe('the sample ratio', () => {
  it('computes the golden evidence', () => {
    const half = (treatment: number, control: number) =>
      sampleRatioLnE([{ share: 0.5, treatment, control }]);
    expect(half(4750, 5250)).toBeCloseTo(9.474, 3);
    expect(half(4900, 5100)).toBeCloseTo(-0.146, 3);
    const lossy = [0.01, 0.05, 0.25, 0.5].map((share, index) => ({
      share,
      treatment: [190, 950, 4750, 9500][index] as number,
      control: [19_810, 19_000, 15_000, 10_000][index] as number,
    }));
    expect(sampleRatioLnE(lossy)).toBeCloseTo(9.519, 3);
  });
});

describe('a family', () => {
  const member = (metric: string, weight: number, lnE: number, isReady = true) => {
    return { metric, weight, lnE, isReady };
  };

  it('averages evidence by weight and returns the share of each gate', () => {
    const { lnE, parts } = familyOf([member('a', 0.5, Math.log(30)), member('b', 0.5, 0)]);
    expect(Math.exp(lnE)).toBeCloseTo(15.5, 9);
    expect(parts.a).toBeCloseTo(15 / 15.5, 9);
    expect(mainPartsOf(parts)).toEqual(['a']);
  });

  it('counts a gate that is not ready as e = 0, not 1', () => {
    const { lnE } = familyOf([member('a', 0.5, Math.log(30)), member('b', 0.5, 99, false)]);
    expect(Math.exp(lnE)).toBeCloseTo(15, 9);
    expect(familyOf([member('a', 1, 3, false)])).toEqual({ lnE: LN_E_MIN, parts: {} });
  });

  it('stays finite for any strength of evidence', () => {
    const { lnE, parts } = familyOf([member('a', 0.5, 5000), member('b', 0.5, -5000)]);
    expect(lnE).toBeCloseTo(5000 + Math.log(0.5), 9);
    expect(parts).toEqual({ a: 1, b: 0 });
  });
});

describe('the quantile band', () => {
  it('returns the golden ranks', () => {
    const golden = [
      [1000, 0.95, 92.5, 97.1],
      [10_000, 0.95, 94.25, 95.71],
      [100_000, 0.95, 94.77, 95.23],
      [10_000, 0.99, 98.65, 99.31],
    ] as const;
    for (const [count, quantile, from, to] of golden) {
      const { lower, upper } = quantileBand(count, quantile, 0.05);
      expect(Math.abs(100 * lower - from)).toBeLessThan(0.006);
      expect(Math.abs(100 * upper - to)).toBeLessThan(0.006);
    }
  });
});

describe('findCrossing', () => {
  it('finds the sign change of a steep or flat function from any guess', () => {
    for (const guess of [undefined, 0.5, 1, 1.02, 40, 99, -3, 200]) {
      const range = guess === undefined ? { from: 0, to: 100 } : { from: 0, to: 100, guess };
      expect(findCrossing((x) => x ** 9 - 1, range)).toBeCloseTo(1, 6);
      expect(findCrossing((x) => 1e-3 * (1 - x), range)).toBeCloseTo(1, 4);
      expect(findCrossing((x) => x + 1, range)).toBeNull();
    }
    const steep = (x: number) => Math.exp(x) - 1e6;
    expect(findCrossing(steep, { from: -10, to: 20 })).toBeCloseTo(Math.log(1e6), 8);
    expect(findCrossing((x) => x, { from: 0, to: 10 })).toBe(0);
  });
});

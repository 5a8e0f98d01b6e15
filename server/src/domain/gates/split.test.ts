import { describe, expect, it } from 'vitest';
import {
  SPLIT_EFFECTS,
  type SplitCounts,
  splitBounds,
  splitEstimate,
  splitLnE,
  splitUpper,
} from './split.js';

const STEPS = [0.01, 0.05, 0.25, 0.5];
const counts = (
  shares: readonly number[],
  treatment: readonly number[],
  control: readonly number[],
) =>
  shares.map(
    (share, index): SplitCounts => ({
      share,
      treatment: treatment[index] ?? 0,
      control: control[index] ?? 0,
    }),
  );
const up = { margin: 0, harmful: 'up' } as const;
const A6 = counts(STEPS, [12, 60, 300, 600], [990, 950, 750, 500]);

describe('the exact split test', () => {
  it('mixes twelve effects from 5 % to 64-fold', () => {
    const golden = [
      ...[0.05, 0.0958, 0.1836, 0.3519, 0.6743, 1.2922],
      ...[2.4763, 4.7455, 9.0941, 17.4274, 33.3969, 64],
    ];
    expect(SPLIT_EFFECTS).toHaveLength(golden.length);
    SPLIT_EFFECTS.forEach((effect, index) => {
      expect(effect).toBeCloseTo(golden[index] as number, 4);
    });
  });

  it('pauses on 23 of 1,023 events in treatment at a share of 1 % (A1)', () => {
    const a1 = counts([0.01], [23], [1000]);
    expect(splitLnE(a1, up)).toBeCloseTo(3.9208, 4);
    const { lower, upper } = splitBounds(a1, 0.05);
    expect(lower).toBeCloseTo(1.087, 3);
    expect(upper).toBeCloseTo(4.113, 3);
  });

  it('rules out more than +158 % on 12 of 1,012 events in treatment (A2)', () => {
    const a2 = counts([0.01], [12], [1000]);
    expect(splitLnE(a2, up)).toBeCloseTo(-0.8646, 4);
    expect(splitUpper(a2, 0.05)).toBeCloseTo(2.579, 3);
    expect(splitBounds(a2, 0.05).lower).toBeLessThan(1);
  });

  it('detects an error that only treatment has at its second or third user (A3, A4)', () => {
    expect(Math.exp(splitLnE(counts([0.01], [2], [0]), up))).toBeCloseTo(218.6, 1);
    expect(Math.exp(splitLnE(counts([0.01], [3], [0]), up))).toBeCloseTo(7024, 0);
  });

  it('finds no harm in a healthy release of four steps (A5)', () => {
    const a5 = counts(STEPS, [10, 52, 251, 498], [1000, 950, 751, 502]);
    expect(splitLnE(a5, up)).toBeCloseTo(-2.8578, 4);
    const { lower, upper } = splitBounds(a5, 0.05);
    expect(lower).toBeCloseTo(0.866, 3);
    expect(upper).toBeCloseTo(1.154, 3);
  });

  it('rolls back at +20 % over four steps (A6), but not with a margin of 10 % (A7)', () => {
    expect(splitLnE(A6, up)).toBeCloseTo(6.6841, 4);
    expect(splitBounds(A6, 0.05).lower).toBeCloseTo(1.047, 3);
    expect(splitLnE(A6, { margin: 0.1, harmful: 'up' })).toBeCloseTo(0.2004, 4);
  });

  it('detects harm in fewer conversions where fewer are worse (A8)', () => {
    const a8 = counts([0.5], [450], [550]);
    expect(splitLnE(a8, { margin: 0, harmful: 'down' })).toBeCloseTo(2.8953, 4);
    expect(splitBounds(a8, 0.05).upper).toBeCloseTo(1.002, 3);
    expect(splitEstimate(a8)).toBeCloseTo(450 / 550, 9);
  });

  it('is not biased by phases of different size and base rate, unlike pooling (A10)', () => {
    const stratified = counts([0.01, 0.5], [10, 1000], [990, 1000]);
    expect(Math.exp(splitLnE(stratified, up))).toBeCloseTo(0.055, 3);
    expect(splitLnE(counts([0.255], [1010], [1990]), up)).toBeCloseTo(44.35, 2);
  });
});

describe('the split test over every outcome', () => {
  it('has an expected e of exactly 1 at the margin, and less inside the null', () => {
    const margin = 0.1;
    expect(expectationAt(1 + margin, { margin, harmful: 'up' })).toBeCloseTo(1, 10);
    expect(expectationAt(1 / (1 + margin), { margin, harmful: 'down' })).toBeCloseTo(1, 10);
    expect(expectationAt(1, up)).toBeCloseTo(1, 10);
    expect(expectationAt(0.8, up)).toBeLessThan(1);
    expect(expectationAt(1.25, { margin: 0, harmful: 'down' })).toBeLessThan(1);
  });

  it('has a growing expected e under harm', () => {
    expect(expectationAt(2, up)).toBeGreaterThan(10);
  });
});

/** E[e] over every distribution of 12 users of one phase and 8 of another over the arms. */
function expectationAt(ratio: number, against: Parameters<typeof splitLnE>[1]): number {
  const phases = [
    { share: 0.05, people: 12 },
    { share: 0.5, people: 8 },
  ];
  let sum = 0;
  for (let first = 0; first <= 12; first++) {
    for (let second = 0; second <= 8; second++) {
      const treated = [first, second];
      const outcome = phases.map(({ share, people }, index) => {
        const treatment = treated[index] as number;
        return { share, treatment, control: people - treatment };
      });
      const chance = outcome.reduce((product, { share, treatment, control }) => {
        const odds = (ratio * share) / (1 - share);
        return product * binomial(treatment, treatment + control, odds / (1 + odds));
      }, 1);
      sum += chance * Math.exp(splitLnE(outcome, against));
    }
  }
  return sum;
}

function binomial(successes: number, trials: number, chance: number): number {
  let ways = 1;
  for (let index = 0; index < successes; index++) ways *= (trials - index) / (index + 1);
  return ways * chance ** successes * (1 - chance) ** (trials - successes);
}

describe('the split test in any order', () => {
  it('gives the same e for phases in any order and for a phase counted in two parts', () => {
    const whole = splitLnE(A6, up);
    expect(splitLnE([...A6].reverse(), up)).toBeCloseTo(whole, 9);
    const parts = A6.flatMap(({ share, treatment, control }) => [
      { share, treatment: 5, control: 7 },
      { share, treatment: treatment - 5, control: control - 7 },
    ]);
    expect(splitLnE(parts, up)).toBeCloseTo(whole, 9);
  });

  it('gives the same e when the arms and the direction are swapped', () => {
    const swapped = A6.map(({ share, treatment, control }) => {
      return { share: 1 - share, treatment: control, control: treatment };
    });
    expect(splitLnE(swapped, { margin: 0, harmful: 'down' })).toBeCloseTo(splitLnE(A6, up), 9);
    const [bounds, mirrored] = [splitBounds(A6, 0.05), splitBounds(swapped, 0.05)];
    expect(mirrored.lower).toBeCloseTo(1 / (bounds.upper as number), 6);
    expect(mirrored.upper).toBeCloseTo(1 / (bounds.lower as number), 6);
  });

  it('returns no bounds without events', () => {
    expect(splitBounds(counts([0.01], [0], [0]), 0.05)).toEqual({ lower: null, upper: null });
    expect(splitLnE([], up)).toBe(0);
    expect(splitEstimate([])).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import {
  BUCKETED_EFFECTS,
  bucketedBounds,
  bucketedLnE,
  criticalZ,
  estimateBucketed,
  normalOfStudent,
  type SummedPhase,
  sumPhase,
} from './bucketed.js';

const phase = (
  [treatedS, treatedN]: readonly [readonly number[], number],
  [controlS, controlN]: readonly [readonly number[], number],
): SummedPhase =>
  sumPhase({
    treatment: { s: treatedS, n: treatedS.map(() => treatedN) },
    control: { s: controlS, n: controlS.map(() => controlN) },
  });
const H1 = phase([[11, 12, 13, 12], 10], [[88, 92, 91, 89], 90]);
const H2 = phase([[26, 24, 22, 24], 20], [[42, 38, 40, 40], 40]);
const up = { margin: 0, harmful: 'up' } as const;

const lnEOf = (difference: number, standardError: number, scale: number) =>
  bucketedLnE(
    { difference, standardError, z: difference / standardError, controlRate: scale },
    scale,
  );

describe('the bucketed test', () => {
  it('mixes twelve effects from +1 % to threefold', () => {
    expect(BUCKETED_EFFECTS).toHaveLength(12);
    expect(BUCKETED_EFFECTS[0]).toBe(0.01);
    expect(BUCKETED_EFFECTS[11]).toBeCloseTo(2, 12);
  });

  it('computes the error of one phase over buckets (H1)', () => {
    const estimate = estimateBucketed([H1], up);
    expect(estimate?.difference).toBeCloseTo(0.2, 6);
    expect(estimate?.standardError).toBeCloseTo(0.034842, 6);
    expect((estimate?.difference ?? 0) / (estimate?.standardError ?? 1)).toBeCloseTo(5.7401, 4);
  });

  it('cancels errors of the same users across phases (H2)', () => {
    const estimate = estimateBucketed([H1, H2], up);
    expect(estimate?.difference).toBeCloseTo(0.2, 6);
    expect(estimate?.standardError).toBeCloseTo(0.009261, 6);
    const tolerant = estimateBucketed([H1, H2], { margin: 0.05, harmful: 'up' });
    expect(tolerant?.difference).toBeCloseTo(0.15, 6);
    expect(tolerant?.standardError).toBeCloseTo(0.009535, 6);
  });

  it('computes the golden evidence', () => {
    expect(Math.exp(lnEOf(5, 2, 100))).toBeCloseTo(4.655, 3);
    expect(Math.exp(lnEOf(5, 1.25, 100))).toBeCloseTo(336.6, 1);
    expect(Math.exp(lnEOf(-3, 1, 100))).toBeCloseTo(0.00269, 5);
    expect(Math.exp(lnEOf(1, 0.25, 100))).toBeCloseTo(260, 0);
  });

  it('corrects z for the number of buckets', () => {
    expect(normalOfStudent(4, 255)).toBeCloseTo(3.9348, 4);
  });

  it('needs 3.10 to 3.37 standard errors for evidence of 20, at any precision', () => {
    for (const relativeError of [0.0025, 0.01, 0.05]) {
      const z = criticalZ(1 / relativeError, 0.05) as number;
      expect(z).toBeGreaterThan(3.09);
      expect(z).toBeLessThan(3.38);
    }
  });

  it('reverses the direction where lower is worse', () => {
    const lower = estimateBucketed([H1, H2], { margin: 0, harmful: 'down' });
    expect(lower?.difference).toBeCloseTo(-0.2, 9);
    const swapped = [H1, H2].map(({ buckets }) =>
      sumPhase({ treatment: buckets.control, control: buckets.treatment }),
    );
    expect(estimateBucketed(swapped, up)?.difference).toBeCloseTo(-0.2, 9);
    expect(estimateBucketed(swapped, { margin: 0, harmful: 'down' })?.difference).toBeCloseTo(0.2);
  });

  it('returns bounds on both sides of the estimated relative effect', () => {
    const bounds = bucketedBounds([H1, H2], 1, 0.05);
    expect(bounds?.estimate).toBeCloseTo(0.2, 2);
    expect(bounds?.lower).toBeLessThan(0.2);
    expect(bounds?.upper).toBeGreaterThan(0.2);
  });

  it('returns null without both arms or without any spread', () => {
    const empty = phase([[0, 0, 0, 0], 0], [[88, 92, 91, 89], 90]);
    const flat = phase([[1, 1, 1, 1], 10], [[9, 9, 9, 9], 90]);
    for (const phases of [[], [empty], [flat]]) {
      expect(estimateBucketed(phases, up)).toBeNull();
      expect(bucketedBounds(phases, 1, 0.05)).toBeNull();
    }
  });
});

import { describe, expect, it } from 'vitest';
import { evaluateGates } from '../../server/src/domain/gates/evaluate-gates.js';
import { pinGates, noLatches } from '../../server/src/domain/gates/pin-gates.js';
import { completePlan } from '../../server/src/domain/releases/complete-plan.js';
import { decide } from '../../server/src/domain/releases/decide.js';
import { checkDetection, checkLoss, TARGETS } from './detection.js';
import { drawBinomial, drawGamma, drawPoisson } from './draw.js';
import { checkEarned } from './earned.js';
import { checkHarmless } from './false-alarms.js';
import { checkWrongCounting } from './lasting-checks.js';
import type { Engine } from './ramp.js';
import { randomFor, type Row, type Session } from './tally.js';

const engine: Engine = { completePlan, pinGates, noLatches, evaluateGates, decide };
/** The fewest ramps: bars that a good test misses once in a thousand seeds, and a bad one always. */
const session: Session = { engine, seed: 20, scale: 0, rampsMin: 20 };

const rowOf = (rows: readonly Row[], start: string) =>
  rows.find(({ check }) => check.startsWith(start))?.measured ?? '';
const numbersOf = (measured: string) => measured.match(/[\d.,]+(?= %)/g)?.map(Number) ?? [];

describe('the simulation, on few ramps', () => {
  it('leaves harmless releases alone where naive tests do not', () => {
    const rows = checkHarmless(session);
    const [paused = 100, rolledBack = 100] = numbersOf(rowOf(rows, 'P1 harmless'));
    expect(paused).toBeLessThanOrEqual(15);
    expect(rolledBack).toBeLessThanOrEqual(5);
    const [pooled = 0, stratified = 0] = numbersOf(rowOf(rows, 'P1 naive z'));
    expect(Math.min(pooled, stratified)).toBeGreaterThan(25);
  });

  it('stops harmful ones early', () => {
    const rows = checkDetection(
      session,
      TARGETS.filter(({ ratio }) => ratio === 2 || ratio === 3),
    );
    expect(numbersOf(rowOf(rows, 'P8 3x'))[0]).toBe(100);
    const [people = '9,999'] = rowOf(rows, 'P8 2x').split(' ');
    expect(Number(people.replace(',', ''))).toBeLessThan(2500);
  });

  it('lets healthy ones earn their steps, and no harmful or silent one', () => {
    for (const { check, measured } of checkEarned(session)) {
      const [reached = -1] = numbersOf(measured);
      if (check.includes('healthy')) expect([check, reached >= 85]).toEqual([check, true]);
      else expect([check, reached]).toEqual([check, 0]);
    }
  });

  it('sees a wrong rule of counting, and people that are lost', () => {
    expect(numbersOf(checkWrongCounting(session)[0]?.measured ?? '')[0]).toBeGreaterThan(80);
    const [lost = ''] = (checkLoss(session)[0]?.measured ?? '').split(' ');
    expect(Number(lost.replace(',', ''))).toBeLessThan(40_000);
  });

  it('is the same again from the same seed', () => {
    const few = { ...session, seed: 3 };
    expect(checkLoss(few)).toEqual(checkLoss(few));
  });
});

describe('the draws', () => {
  const random = randomFor(session, 'draws');
  const momentsOf = (draw: () => number) => {
    const values = Array.from({ length: 20_000 }, draw);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { mean, variance };
  };

  it('have the mean and the spread of what they are named after', () => {
    const cases = [
      { draw: () => drawPoisson(random, 0.3), mean: 0.3, variance: 0.3 },
      { draw: () => drawPoisson(random, 40), mean: 40, variance: 40 },
      { draw: () => drawBinomial(random, 2000, 0.001), mean: 2, variance: 1.998 },
      { draw: () => drawBinomial(random, 2000, 0.25), mean: 500, variance: 375 },
      { draw: () => drawBinomial(random, 2000, 0.9), mean: 1800, variance: 180 },
      { draw: () => drawGamma(random, 0.2), mean: 0.2, variance: 0.2 },
      { draw: () => drawGamma(random, 3), mean: 3, variance: 3 },
    ];
    for (const { draw, mean, variance } of cases) {
      const seen = momentsOf(draw);
      expect(Math.abs(seen.mean - mean)).toBeLessThan(5 * Math.sqrt(variance / 20_000));
      expect(seen.variance / variance).toBeGreaterThan(0.9);
      expect(seen.variance / variance).toBeLessThan(1.1);
    }
  });
});

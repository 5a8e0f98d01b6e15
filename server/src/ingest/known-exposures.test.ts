import { describe, expect, it } from 'vitest';
import { ARM_CODES } from '../domain/metrics/tally.js';
import { type Exposure, toExposure } from './exposure.js';
import type { SeenPeople } from './gathered.js';
import { KnownExposures } from './known-exposures.js';

const TREATED_IN = (phase: number) => toExposure(phase, ARM_CODES.treatment);

function people(units: readonly string[], exposure: Exposure, metric = 'crashes'): SeenPeople {
  const entries = units.map((unit) => [unit, exposure] as const);
  return { releaseId: 'r1', tally: 'firsts', metric, scope: 1, units: new Map(entries) };
}

function unitsOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) =>
    BigInt.asUintN(64, BigInt(index + 1) * 0x9e37_79b9_7f4a_7c15n)
      .toString(16)
      .padStart(16, '0'),
  );
}

function newsOf(known: KnownExposures, asked: SeenPeople): readonly string[] {
  known.dropKnown(asked);
  return [...asked.units.keys()];
}

describe('known exposures', () => {
  it('leave only whom nobody has stored, of each metric apart', () => {
    const known = new KnownExposures();
    const [one, other] = unitsOf(2) as [string, string];
    known.add(people([one], TREATED_IN(2)));
    expect(newsOf(known, people([one, other], TREATED_IN(2)))).toEqual([other]);
    expect(newsOf(known, people([one], TREATED_IN(2), 'http.errors'))).toEqual([one]);
  });

  it('ask again about a lower phase and about the other side, not about a higher phase', () => {
    const known = new KnownExposures();
    const units = unitsOf(1);
    known.add(people(units, TREATED_IN(2)));
    expect(newsOf(known, people(units, TREATED_IN(3)))).toEqual([]);
    expect(newsOf(known, people(units, TREATED_IN(1)))).toEqual(units);
    expect(newsOf(known, people(units, toExposure(2, ARM_CODES.control)))).toEqual(units);
  });

  it('hold many people, and forget whom they met long ago instead of growing', () => {
    const known = new KnownExposures();
    const units = unitsOf(100_000);
    known.add(people(units, TREATED_IN(1)));
    expect(newsOf(known, people(units, TREATED_IN(1))).length).toBeLessThan(1_000);
    for (let metric = 0; metric < 16; metric += 1) {
      known.add(people(units, TREATED_IN(1), `metric-${metric}`));
    }
    expect(newsOf(known, people(units, TREATED_IN(1))).length).toBeGreaterThan(50_000);
    const latest = people(units, TREATED_IN(1), 'metric-15');
    expect(newsOf(known, latest).length).toBeLessThan(units.length / 10);
  });
});

import { describe, expect, it } from 'vitest';
import { ARM_CODES } from '../domain/metrics/tally.js';
import { type Exposure, toExposure } from './exposure.js';
import type { SeenUnits } from './gathered.js';
import { KnownExposures } from './known-exposures.js';

const TREATED_IN = (phase: number) => toExposure(phase, ARM_CODES.treatment);

function seenUnits(units: readonly string[], exposure: Exposure, metric = 'crashes'): SeenUnits {
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

function unknownOf(known: KnownExposures, asked: SeenUnits): readonly string[] {
  known.dropKnown(asked);
  return [...asked.units.keys()];
}

describe('known exposures', () => {
  it('leave only the units that are not stored yet, for each metric separately', () => {
    const known = new KnownExposures();
    const [one, other] = unitsOf(2) as [string, string];
    known.add(seenUnits([one], TREATED_IN(2)));
    expect(unknownOf(known, seenUnits([one, other], TREATED_IN(2)))).toEqual([other]);
    expect(unknownOf(known, seenUnits([one], TREATED_IN(2), 'http.errors'))).toEqual([one]);
  });

  it('cover a higher phase, but neither a lower phase nor the other arm', () => {
    const known = new KnownExposures();
    const units = unitsOf(1);
    known.add(seenUnits(units, TREATED_IN(2)));
    expect(unknownOf(known, seenUnits(units, TREATED_IN(3)))).toEqual([]);
    expect(unknownOf(known, seenUnits(units, TREATED_IN(1)))).toEqual(units);
    expect(unknownOf(known, seenUnits(units, toExposure(2, ARM_CODES.control)))).toEqual(units);
  });

  it('hold many units, and overwrite the oldest instead of growing', () => {
    const known = new KnownExposures();
    const units = unitsOf(100_000);
    known.add(seenUnits(units, TREATED_IN(1)));
    expect(unknownOf(known, seenUnits(units, TREATED_IN(1))).length).toBeLessThan(1_000);
    for (let metric = 0; metric < 16; metric += 1) {
      known.add(seenUnits(units, TREATED_IN(1), `metric-${metric}`));
    }
    expect(unknownOf(known, seenUnits(units, TREATED_IN(1))).length).toBeGreaterThan(50_000);
    const latest = seenUnits(units, TREATED_IN(1), 'metric-15');
    expect(unknownOf(known, latest).length).toBeLessThan(units.length / 10);
  });
});

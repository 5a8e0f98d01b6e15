import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  nameInTotals,
  nameInUnits,
  parseNameInTotals,
  type Tally,
  type UnitTally,
} from './tally.js';

describe('the stored name of a tally', () => {
  it.each<[Tally, string, string]>([
    ['exposures', '', '$exposures'],
    ['units', '', '$phase'],
    ['firstUnits', '', '$first'],
    ['sums', 'http.errors', 'http.errors'],
    ['firsts', 'http.errors', 'http.errors#'],
    ['firstsAll', 'http.errors', 'http.errors!'],
  ])('of %s "%s" is %s in the totals, as in every existing database', (tally, metric, name) => {
    expect(nameInTotals({ tally, metric })).toBe(name);
  });

  it.each<[UnitTally, string, string]>([
    ['units', '', '$phase'],
    ['firstUnits', '', '$first'],
    ['firsts', 'http.errors', 'http.errors'],
    ['firstsAll', 'http.errors', 'http.errors!'],
  ])('of %s "%s" is %s in the list of units', (tally, metric, name) => {
    expect(nameInUnits({ tally, metric })).toBe(name);
  });

  it('is read back as the same tally', () => {
    const metric = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.:-]{0,99}$/);
    const ofMetric = fc.constantFrom<Tally>('sums', 'firsts', 'firstsAll');
    const ofRelease = fc.constantFrom<Tally>('exposures', 'units', 'firstUnits');
    const key = fc.oneof(
      fc.record({ tally: ofMetric, metric }),
      fc.record({ tally: ofRelease, metric: fc.constant('') }),
    );
    fc.assert(
      fc.property(key, (it) => {
        expect(parseNameInTotals(nameInTotals(it))).toEqual(it);
      }),
    );
  });
});

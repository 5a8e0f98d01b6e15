import { describe, expect, it } from 'vitest';
import { pinGates, noLatches } from '../gates/pin-gates.js';
import type { ReleaseTotals } from '../gates/totals.js';
import { BUILT_IN_METRICS } from '../metrics/built-in-metrics.js';
import { completePlan } from './complete-plan.js';
import { type DrillInput, drill } from './drill.js';

const PLAN = completePlan({
  steps: [{ percent: 5 }, { percent: 50 }, { percent: 100 }],
  gates: [{ metric: 'http.errors', action: 'rollback' }],
});
const DEFINITIONS = Object.fromEntries(
  BUILT_IN_METRICS.map(({ key, definition }) => [key, definition]),
);

/** An hour at 5 %: 10,000 users, 1 % of whom have an error, in both arms. */
function input(over: Partial<DrillInput> = {}): DrillInput {
  const people = { treatment: 500, control: 9_500 };
  const firsts = { treatment: 5, control: 95 };
  const totals: ReleaseTotals = {
    sample: 1,
    phases: [
      {
        ...{ phase: 1, round: 1, step: 0, share: 0.05, units: people, firstUnits: people },
        ...{ unitsInBothArms: 0, exposures: people },
        metrics: { 'http.errors': { firsts, firstsAll: firsts } },
      },
    ],
  };
  return {
    ...{ totals, pinned: pinGates(PLAN, DEFINITIONS, 1), latches: noLatches(1), step: 0 },
    ...{ tickSeconds: 30, phaseSeconds: 3_600, metric: 'http.errors', factor: 10 },
    ...over,
  };
}

describe('a drill', () => {
  it('stops a tenfold error rate, and sooner the worse it is', () => {
    const bad = drill(input());
    const worse = drill(input({ factor: 30 }));
    expect(bad).toMatchObject({ stops: true, action: 'pause' });
    expect(worse.afterSeconds ?? 0).toBeLessThan(bad.afterSeconds ?? 0);
    expect(bad.sentence).toMatch(
      /^http\.errors at 10x would pause after .* people with it, and roll back/,
    );
  });

  it('does not stop a release that is equally good in both arms', () => {
    expect(drill(input({ factor: 1 }))).toMatchObject({ stops: false, action: null });
  });

  it('reports that there is no number to make worse when control has none', () => {
    const outcome = drill(input({ metric: 'http.crash' }));
    expect(outcome).toMatchObject({ stops: false, sentence: expect.stringContaining('no number') });
  });

  it('does not change the numbers of the release', () => {
    const given = input();
    const before = JSON.stringify(given);
    drill(given);
    expect(JSON.stringify(given)).toBe(before);
  });
});

import { describe, expect, it } from 'vitest';
import { type PowerGate, peopleNeeded, previewPower } from './power.js';

const errors: PowerGate = {
  ...{ metric: 'http.errors', kind: 'split', harmful: 'up' },
  ...{ ruledOut: 1, floor: null, rate: 0.01 },
};

describe('the power preview', () => {
  it('matches the events of the reference table at a small share', () => {
    const eventsFor = (ruledOut: number) => {
      return (peopleNeeded({ ...errors, ruledOut }, 0.01) ?? 0) * 0.01;
    };
    const table = [
      [0.25, 260],
      [0.5, 73],
      [1, 21],
      [2, 7],
    ] as const;
    for (const [ruledOut, events] of table) {
      expect(eventsFor(ruledOut) / events).toBeGreaterThan(0.6);
      expect(eventsFor(ruledOut) / events).toBeLessThan(1.5);
    }
  });

  it('estimates less time at a larger share, but never fewer users than the minimum', () => {
    const steps = [1, 5, 25, 50].map((percent) => ({ percent, minUnits: 100 }));
    const hours = previewPower({ steps, gates: [errors], unitsPerHour: 10_000 }).map(
      ({ ruledOut }) => ruledOut[0]?.hours ?? 0,
    );
    expect(hours).toEqual([...hours].sort((a, b) => b - a));
    expect(hours[0]).toBeGreaterThan(10);
    const busy = previewPower({ steps, gates: [{ ...errors, rate: 1 }], unitsPerHour: 100 });
    expect(busy[0]?.ruledOut[0]?.hours).toBeGreaterThanOrEqual(100);
  });

  it('ignores floors for "prove", and never proves that a neutral feature is better', () => {
    const healthy = { ...errors, rate: 1e-4, floor: 0.005 };
    const hoursBy = (advance: string, ruledOut: number) => {
      const steps = [{ percent: 5, minUnits: 1, advance }];
      const gates = [{ ...healthy, ruledOut }];
      return previewPower({ steps, gates, unitsPerHour: 1_000 })[0]?.ruledOut[0]?.hours ?? null;
    };
    expect(hoursBy('prove', 1)).toBeGreaterThan(10 * (hoursBy('earned', 1) ?? 0));
    expect(hoursBy('prove', 0)).toBeNull();
    expect(hoursBy('prove', -0.1)).toBeNull();
  });

  it('lets a healthy app earn a step by its floor', () => {
    const healthy = { ...errors, rate: 1e-5, floor: 0.005 };
    const people = peopleNeeded(healthy, 0.01) ?? 0;
    expect(people).toBeGreaterThan(500);
    expect(people).toBeLessThan(1000);
    expect(peopleNeeded({ ...errors, rate: 0.01, floor: 0.005 }, 0.01)).toBeGreaterThan(1000);
  });

  it('counts means and shares of requests in users, too', () => {
    const mean = { ...errors, kind: 'mean', ruledOut: 0.1, variation: 1.5 } as const;
    expect(peopleNeeded(mean, 0.05)).toBeCloseTo((2.2 * 6.18 * 2.25) / (0.95 * 0.01), 6);
    expect(peopleNeeded({ ...errors, kind: 'ratio', rate: 0.5 }, 0.05)).toBe(100);
  });

  it('returns no time for a bound that cannot be reached', () => {
    expect(peopleNeeded({ ...errors, rate: null }, 0.01)).toBeNull();
    expect(peopleNeeded({ ...errors, rate: 0 }, 0.01)).toBeNull();
    expect(peopleNeeded(errors, 1)).toBeNull();
    const silent = { steps: [{ percent: 1, minUnits: 100 }], gates: [errors], unitsPerHour: 0 };
    expect(previewPower(silent)[0]?.ruledOut[0]?.hours).toBeNull();
  });
});

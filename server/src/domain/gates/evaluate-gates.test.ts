import { describe, expect, it } from 'vitest';
import { BUILT_IN_METRICS } from '../metrics/built-in-metrics.js';
import { completePlan } from '../releases/complete-plan.js';
import type { GateInput, PlanInput } from '../releases/plan-input.js';
import { evaluateGates } from './evaluate-gates.js';
import { LN_PAUSE, LN_ROLLBACK } from './evidence.js';
import { pinGates, noLatches } from './pin-gates.js';
import type { BucketSums, MetricTotals, PerArm, PhaseTotals, ReleaseTotals } from './totals.js';
import { tripwire } from './tripwire.js';

const METRICS = {
  ...Object.fromEntries(BUILT_IN_METRICS.map(({ key, definition }) => [key, definition])),
  slo: { kind: 'slo', bad: 'http.error', total: 'http.request', limit: 0.01 } as const,
};
const SHARES = [0.01, 0.05, 0.25, 0.5, 1];
const errorsGate: GateInput = { metric: 'http.errors', action: 'rollback' };
const pin = (gates: readonly GateInput[] = [errorsGate], more: PlanInput = {}, round = 1) =>
  pinGates(completePlan({ ...more, gates }), METRICS, round);

const arms = (treatment: number, control: number) => ({ treatment, control });
const split = (treatment: number, control: number): MetricTotals => {
  return { firsts: arms(treatment, control), firstsAll: arms(treatment, control) };
};
const phase = (
  step: number,
  metrics: Readonly<Record<string, MetricTotals>>,
  more: Partial<PhaseTotals> = {},
): PhaseTotals => {
  const share = SHARES[step] as number;
  const units = arms(100_000 * share, 100_000 * (1 - share));
  return {
    ...{ phase: step + 1, round: 1, step, share, units, firstUnits: units },
    ...{ unitsInBothArms: 0, exposures: units, metrics },
    ...more,
  };
};
const totals = (...phases: PhaseTotals[]): ReleaseTotals => ({ sample: 1, phases });
const look = (seen: ReleaseTotals, pinned = pin(), step = 0, latches = noLatches(1)) =>
  evaluateGates(seen, pinned, latches, { step });

/** The same rate in all 256 buckets, with a small periodic variation and no trend. */
const buckets = (people: number, rate: number, step: number): BucketSums => {
  const n = Array.from({ length: 256 }, () => people / 256);
  const ripple = (bucket: number) => 1 + (((bucket * step) % 5) - 2) / 10;
  return { n, s: n.map((count, bucket) => count * rate * ripple(bucket)) };
};
const bucketed = (people: PerArm<number>, rate: PerArm<number>): MetricTotals => ({
  buckets: {
    treatment: buckets(people.treatment, rate.treatment, 7),
    control: buckets(people.control, rate.control, 3),
  },
});

describe('evaluateGates over phases', () => {
  const a6 = [split(12, 990), split(60, 950), split(300, 750), split(600, 500)];
  const phases = a6.map((errors, step) => phase(step, { 'http.errors': errors }));

  it('pauses the golden release that is 20 % worse', () => {
    const { pause, gates } = look(totals(...phases), pin(), 3);
    expect(pause.lnE).toBeGreaterThan(LN_PAUSE);
    expect(gates[0]).toMatchObject({ isReady: true, verdict: 'harm' });
    expect(gates[0]?.effect.lower).toBeCloseTo(0.047, 3);
  });

  it('ignores phases at 0 %, near 100 % or of another round', () => {
    const plain = look(totals(...phases), pin(), 3);
    const harm = { 'http.errors': split(900, 1) };
    const more = [
      phase(3, harm, { phase: 5, share: 0 }),
      phase(4, harm, { phase: 6, share: 0.951 }),
      phase(3, harm, { phase: 7, round: 2 }),
    ];
    const { pause, sampleRatio } = look(totals(...phases, ...more), pin(), 3);
    expect(pause.lnE).toBeCloseTo(plain.pause.lnE, 9);
    expect(sampleRatio.lnE).toBeCloseTo(plain.sampleRatio.lnE, 9);
  });

  it('starts each round at e = 1, whatever the latches contain', () => {
    const latched = { ...noLatches(1), pause: 9, rollback: 9, sampleRatio: 9 };
    const next = look(totals(...phases), pin([errorsGate], {}, 2), 3, latched);
    expect(next.latches).toMatchObject({ round: 2, pause: 0, rollback: 0, sampleRatio: 0 });
    expect(next.pause.lnEMax).toBe(0);
  });

  it('returns the same evidence in whatever order totals were gathered', () => {
    const whole = look(totals(...phases), pin(), 3);
    const again = look(JSON.parse(JSON.stringify(totals(...phases))), pin(), 3);
    expect(again).toEqual(whole);
    expect(JSON.parse(JSON.stringify(whole))).toEqual(whole);
  });
});

describe('a verdict', () => {
  const harm = totals(phase(0, { 'http.errors': split(30, 500) }));

  it('persists when later data looks good', () => {
    const first = look(harm);
    expect(first.rollback.lnE).toBeGreaterThan(LN_ROLLBACK);
    const later = totals(phase(0, { 'http.errors': split(30, 9000) }));
    const second = look(later, pin(), 0, first.latches);
    expect(second.rollback.lnE).toBeLessThan(0);
    expect(second.rollback.lnEMax).toBe(first.rollback.lnE);
    expect(second.latches.rollback).toBe(first.rollback.lnE);
  });

  it('requires three harmed users', () => {
    const two = look(totals(phase(0, { 'http.errors': split(2, 0) })));
    expect(two.gates[0]).toMatchObject({ isReady: false, verdict: 'unclear' });
    expect(two.rollback.lnEMax).toBe(0);
    expect(
      tripwire(totals(phase(0, { 'http.errors': split(2, 0) })), pin(), noLatches(1)),
    ).toMatchObject({ fires: false });
    const three = look(totals(phase(0, { 'http.errors': split(3, 0) })));
    expect(three.rollback.lnEMax).toBeGreaterThan(LN_ROLLBACK);
  });

  it('of the tripwire includes the warm-up and equals the verdict of a tick', () => {
    const early = { firsts: arms(0, 0), firstsAll: arms(5, 3) };
    const seen = totals(phase(0, { 'http.errors': early }));
    const tripped = tripwire(seen, pin(), noLatches(1));
    expect(tripped).toMatchObject({ fires: true, treatedPeople: 5, because: ['http.errors'] });
    const evaluation = look(seen);
    expect(evaluation.rollback.lnEMax).toBe(tripped.lnEMax);
    expect(evaluation.pause.lnEMax).toBe(0);
  });
});

describe('the families of gates', () => {
  it('share their budget by weights fixed at the start, and give none to watched gates', () => {
    const pinned = pin([
      { ...errorsGate, weight: 3 },
      { metric: 'http.crash', action: 'rollback' },
      { metric: 'http.latency', action: 'pause' },
      { metric: 'http.error-rate', action: 'watch' },
      { metric: 'slo', action: 'pause' },
    ]);
    expect(pinned.compared.map(({ weights }) => weights)).toEqual([
      { pause: 0.6, rollback: 0.75 },
      { pause: 0.2, rollback: 0.25 },
      { pause: 0.2, rollback: 0 },
      { pause: 0, rollback: 0 },
    ]);
    expect(pinned).toMatchObject({ plannedPhases: 4, plannedSteps: 5 });
    expect(pinned.limits).toEqual([{ metric: 'slo', action: 'pause', limit: 0.01 }]);
  });

  it('name the metrics that contribute the evidence', () => {
    const pinned = pin([errorsGate, { metric: 'http.crash', action: 'rollback' }]);
    const metrics = { 'http.errors': split(10, 1000), 'http.crash': split(12, 20) };
    const { rollback, gates } = look(totals(phase(0, metrics)), pinned);
    expect(rollback.parts['http.crash']).toBeGreaterThan(0.99);
    const average = gates.reduce((sum, { lnE }) => sum + Math.exp(lnE) / 2, 0);
    expect(rollback.lnE).toBeCloseTo(Math.log(average), 9);
  });
});

describe('a step', () => {
  const earned = (evaluation: ReturnType<typeof look>) =>
    evaluation.gates.map(({ isEarned }) => isEarned);

  it('is earned by ruling out more than the tolerance, from phases since it began', () => {
    const first = phase(0, { 'http.errors': split(20, 2000) });
    expect(earned(look(totals(first)))).toEqual([true]);
    const second = phase(1, { 'http.errors': split(1, 19) });
    const evaluation = look(totals(first, second), pin(), 1);
    expect(earned(evaluation)).toEqual([false]);
    expect(evaluation.gates[0]?.ruledOut).toBeGreaterThan(1);
  });

  it('must be earned again when it is entered again', () => {
    const metrics = { 'http.errors': split(20, 2000) };
    const back = phase(0, { 'http.errors': split(0, 3) }, { phase: 3 });
    const seen = totals(phase(0, metrics), phase(1, {}), back);
    expect(earned(look(seen))).toEqual([false]);
    expect(earned(look(totals(phase(0, metrics))))).toEqual([true]);
  });

  it('is earned by hardly an error among enough users, but never without data', () => {
    const quiet = { 'http.errors': split(0, 4) };
    const of = (people: number) => {
      return look(totals(phase(0, quiet, { units: arms(people, people * 99) })));
    };
    expect(earned(of(2000))).toEqual([true]);
    expect(of(2000).gates[0]?.badShare?.upper).toBeLessThan(0.005);
    expect(earned(of(200))).toEqual([false]);
    expect(look(totals(phase(0, {}, { units: arms(0, 0) }))).gates[0]).toMatchObject({
      ...{ isEarned: false, badShare: null, ruledOut: null },
    });
    expect(earned(look(totals()))).toEqual([false]);
  });

  it('counts users who failed in earlier steps or in the warm-up as still failing', () => {
    const bad = phase(0, { 'http.errors': { firsts: arms(0, 0), firstsAll: arms(40, 4000) } });
    const next = phase(1, {}, { units: arms(2000, 38_000) });
    const { badShare } = look(totals(bad, next), pin(), 1).gates[0] ?? {};
    expect(badShare?.estimate).toBe(0.02);
  });

  it('is earned per request by the gate per user, as long as requests have no bound', () => {
    const pinned = pin([errorsGate, { metric: 'http.error-rate', action: 'rollback' }]);
    const people = arms(20_000, 380_000);
    const few = bucketed(people, arms(1e-4, 1e-4));
    const many = bucketed(people, arms(0.03, 0.01));
    const errors = split(20, 380);
    const seen = (rate: MetricTotals) =>
      totals(phase(1, { 'http.errors': errors, 'http.error-rate': rate }));
    expect(earned(look(seen(few), pinned, 1))).toEqual([true, true]);
    expect(earned(look(seen(many), pinned, 1))).toEqual([true, false]);
  });

  it('is earned per user by the gate per request, where few users are still new', () => {
    const pinned = pin([errorsGate, { metric: 'http.error-rate', action: 'rollback' }]);
    const rate = bucketed(arms(20_000, 380_000), arms(0.01, 0.01));
    const metrics = { 'http.errors': split(1, 10), 'http.error-rate': rate };
    const seen = totals(phase(1, metrics, { units: arms(100, 1900) }));
    const evaluation = look(seen, pinned, 1);
    expect(earned(evaluation)).toEqual([true, true]);
    expect(evaluation.gates.map(({ provenBy }) => provenBy)).toEqual([
      'http.error-rate',
      undefined,
    ]);
  });
});

describe('a bucketed gate', () => {
  const pinned = pin([{ metric: 'http.latency', action: 'pause' }]);
  const at = (rate: number, people = arms(5000, 95_000)) =>
    totals(phase(1, { 'http.latency': bucketed(people, arms(rate, 0.05)) }));

  it('pins its scale at the first evaluation that is ready', () => {
    const first = look(at(0.05), pinned, 1);
    expect(first.gates[0]).toMatchObject({ isReady: true, verdict: 'clear' });
    const scale = first.pinned.compared[0]?.scale;
    expect(scale).toBeCloseTo(0.05, 3);
    const other = totals(
      phase(1, { 'http.latency': bucketed(arms(5000, 95_000), arms(0.2, 0.2)) }),
    );
    expect(look(other, first.pinned, 1).pinned.compared[0]?.scale).toBe(scale);
  });

  it('detects slow requests beyond its margin', () => {
    expect(look(at(0.08), pinned, 1).pause.lnE).toBeGreaterThan(LN_PAUSE);
    expect(look(at(0.0505), pinned, 1).pause.lnE).toBeLessThan(0);
  });

  it('is not ready and adds no evidence with few users, few buckets or few events', () => {
    const seen = at(0.08);
    const [only] = seen.phases as [PhaseTotals];
    const fewPeople = totals({ ...only, units: arms(99, 9000) });
    const fewEvents = at(0.001, arms(5000, 95_000));
    for (const unready of [fewPeople, fewEvents, totals()]) {
      const { gates, pause, pinned: after } = look(unready, pinned, 1);
      expect(gates[0]).toMatchObject({ isReady: false, ruledOut: null });
      expect(pause.lnEMax).toBe(0);
      expect(after.compared[0]?.scale).toBeNull();
    }
  });
});

describe('absolute limits', () => {
  const pinned = pin([{ metric: 'slo', action: 'pause' }]);
  const slo = (bad: number, total: number): MetricTotals => ({ slo: { bad, total } });

  it('are tested per step, so a quiet step hides no breach', () => {
    const seen = totals(phase(0, { slo: slo(0, 100_000) }), phase(1, { slo: slo(60, 1000) }));
    const [limit] = look(seen, pinned, 1).limits;
    expect(limit?.lnE).toBeGreaterThan(LN_PAUSE);
    expect(limit).toMatchObject({ bad: 60, total: 101_000 });
    expect(look(seen, pinned, 1).latches.limits).toEqual({ slo: limit?.lnEMax });
  });

  it('are tested at 100 % too, and require three bad events', () => {
    const [last] = look(totals(phase(4, { slo: slo(60, 1000) })), pinned, 4).limits;
    expect(last?.lnE).toBeGreaterThan(LN_PAUSE);
    expect(look(totals(phase(4, { slo: slo(2, 2) })), pinned, 4).limits[0]?.lnE).toBe(0);
  });
});

describe('the users of an evaluation', () => {
  it('are scaled up from the sample, while evidence counts only the sampled ones', () => {
    const seen = totals(phase(0, { 'http.errors': split(23, 1000) }, { units: arms(50, 4950) }));
    const whole = look(seen);
    const sampled = look({ ...seen, sample: 0.1 });
    expect(sampled.stepUnits).toEqual(arms(500, 49_500));
    expect(sampled.gates[0]?.lnE).toBe(whole.gates[0]?.lnE);
    expect(sampled.gates[0]?.phases[0]).toMatchObject({ count: arms(230, 10_000) });
  });

  it('are as many for requests, which are never sampled', () => {
    const pinned = pin([{ metric: 'http.error-rate', action: 'rollback' }]);
    const rate = bucketed(arms(5000, 95_000), arms(0.0004, 0.0004));
    const seen = totals(phase(1, { 'http.error-rate': rate }, { units: arms(100, 1900) }));
    expect(look(seen, pinned, 1).gates[0]?.badShare?.estimate).toBeCloseTo(0.02, 4);
    const sampled = look({ ...seen, sample: 0.1 }, pinned, 1).gates[0];
    expect(sampled?.badShare?.estimate).toBeCloseTo(0.002, 4);
  });

  it('are reported when they appear in both arms of a phase or are missing in one arm', () => {
    const odd = phase(
      3,
      {},
      { units: arms(4750, 5250), firstUnits: arms(4750, 5250), unitsInBothArms: 20 },
    );
    const { bothArmsShare, sampleRatio } = look(totals(odd), pin(), 3);
    expect(bothArmsShare).toBeCloseTo(0.002, 9);
    expect(sampleRatio.lnE).toBeCloseTo(9.474, 3);
    expect(sampleRatio.lnEMax).toBe(sampleRatio.lnE);
  });
});

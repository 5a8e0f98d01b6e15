import { describe, expect, it } from 'vitest';
import { BUILT_IN_METRICS } from '../metrics/built-in-metrics.js';
import type { MetricDefinition } from '../metrics/metric.js';
import { completePlan } from './complete-plan.js';
import type { ReleasePlan } from './plan.js';
import type { PlanInput } from './plan-input.js';
import { PLAN_TEMPLATES } from './plan-templates.js';
import { problemsOfPlan } from './problems-of-plan.js';

const slo: MetricDefinition = {
  kind: 'slo',
  bad: 'http.error',
  total: 'http.request',
  limit: 0.01,
};
const known = {
  metrics: {
    slo,
    ...Object.fromEntries(BUILT_IN_METRICS.map(({ key, definition }) => [key, definition])),
  },
  segments: ['internal'],
  windows: ['office'],
};
const problemsOf = (input: PlanInput) =>
  problemsOfPlan(completePlan(input), known).map(({ pointer, message }) => `${pointer} ${message}`);
const steps = (...percents: number[]) => percents.map((percent) => ({ percent }));

describe('completePlan', () => {
  it('completes an empty plan with the standard template', () => {
    const plan = completePlan({});
    expect(plan.steps.map(({ percent, minBakeSeconds }) => [percent, minBakeSeconds])).toEqual([
      ...[
        [1, 1800],
        [5, 3600],
        [25, 14_400],
        [50, 43_200],
      ],
      [100, 0],
    ]);
    expect(plan.steps[0]).toMatchObject({ minUnits: 100, advance: 'earned', approval: false });
    expect(plan.gates[0]).toEqual({
      ...{ metric: 'http.errors', action: 'rollback', weight: 1 },
      ...{ margin: null, ruledOut: 1, floor: 0.005, maturesAfterSeconds: 0 },
    });
    expect(plan).toMatchObject({ finalBakeSeconds: 86_400, tickSeconds: 30, warmUpSeconds: 60 });
  });

  it('takes absent fields from a named template, without duplicates', () => {
    const plan = completePlan({ template: 'fast', warmUpSeconds: 5 });
    expect(plan.steps.map(({ percent }) => percent)).toEqual([5, 25, 50, 100]);
    expect(plan).toMatchObject({ template: 'fast', warmUpSeconds: 5, finalBakeSeconds: 1800 });
    expect(completePlan({ template: 'fast', gates: [] }).gates).toEqual([]);
  });

  it('takes absent fields from the given template of a project', () => {
    const base: PlanInput = { steps: steps(2, 100), tickSeconds: 5 };
    const plan = completePlan({ template: 'ours', maxLagSeconds: 60 }, base);
    expect(plan).toMatchObject({ template: 'ours', tickSeconds: 5, maxLagSeconds: 60 });
    expect(plan.steps[1]?.percent).toBe(100);
  });

  it('does not change a complete plan', () => {
    const plan = completePlan({ template: 'careful' });
    expect(completePlan(plan)).toEqual(plan);
  });

  it('ends a template below the holdback, but keeps given steps unchanged', () => {
    expect(completePlan({ holdback: 5 }).steps.at(-1)?.percent).toBe(95);
    expect(completePlan({ holdback: 5, steps: steps(1, 100) }).steps.at(-1)?.percent).toBe(100);
  });
});

describe('problemsOfPlan', () => {
  it('finds no issue in any built-in template', () => {
    for (const { plan, key } of PLAN_TEMPLATES) {
      expect([key, problemsOf(plan)]).toEqual([key, []]);
    }
  });

  it('reports the step that is out of order or out of range', () => {
    expect(problemsOf({ steps: steps(5, 1, 100) })).toEqual([
      '/steps/1/percent expected more than the 5 of the step before, got 1',
    ]);
    expect(problemsOf({ steps: steps(0.0004, 100) })).toEqual([
      '/steps/0/percent expected 0.001 to 100 with at most three decimals, got 0.0004',
    ]);
    expect(problemsOf({ steps: steps(1, 100.5) })).toHaveLength(1);
    expect(problemsOf({ steps: steps(0.001, 0.002, 33.333, 100) })).toEqual([]);
    expect(problemsOf({ steps: [] })).toContain('/steps expected 1 to 50 steps, got 0');
  });

  it('rejects steps that would include the holdback', () => {
    expect(problemsOf({ holdback: 5, steps: steps(1, 100) })).toEqual([
      '/steps/1/percent expected at most 95: the holdback stays out',
    ]);
    expect(problemsOf({ holdback: 60 })).toContain(
      '/holdback expected a percentage from 0 to 50, got 60',
    );
  });

  it('allows a lower percentage for another audience, but no audience at the last step', () => {
    const internal = { percent: 100, audience: 'internal', advance: 'guard' } as const;
    expect(problemsOf({ steps: [internal, ...steps(1, 100)] })).toEqual([]);
    expect(problemsOf({ steps: [internal] })).toEqual([
      '/steps/0/audience the last step is for everybody that the rule is for: expected null',
    ]);
    expect(problemsOf({ steps: [{ ...internal, audience: 'staff' }, ...steps(100)] })).toEqual([
      '/steps/0/audience no segment "staff" in this project',
    ]);
  });

  it('rejects steps with "earned" that no gate could earn', () => {
    const gates = [{ metric: 'slo', action: 'rollback' } as const];
    expect(problemsOf({ gates, steps: steps(1, 100) })).toEqual([
      '/steps/0/advance an earned step needs a compared metric with action "rollback": add one, ' +
        'or say "guard"',
    ]);
    expect(
      problemsOf({ gates, steps: [{ percent: 1, advance: 'guard' }, { percent: 100 }] }),
    ).toEqual([]);
    expect(problemsOf({ steps: steps(96, 100) })).toEqual([
      '/steps/0/advance above 95 % nobody is left to compare with: expected "guard"',
    ]);
    expect(problemsOf({ steps: [{ percent: 1, minBakeSeconds: 10 }, { percent: 100 }] })).toEqual([
      '/steps/0/minBakeSeconds expected at least the warm-up of 60 seconds, which does not count',
    ]);
  });

  it('accepts a pausing gate as proof, and allows a negative tolerance only for "prove"', () => {
    const proven = [{ percent: 1, advance: 'prove' } as const, { percent: 100 }];
    const latency = { metric: 'http.latency', action: 'pause', ruledOut: -0.05 } as const;
    const gates = [latency];
    expect(problemsOf({ steps: proven, gates })).toEqual([]);
    expect(problemsOf({ steps: proven, gates: [{ ...latency, action: 'watch' }] })).toEqual([
      '/steps/0/advance a proven step needs a compared metric that may pause or roll back: add one',
    ]);
    const errors = { metric: 'http.errors', action: 'rollback' } as const;
    expect(problemsOf({ steps: steps(1, 100), gates: [errors, ...gates] })).toEqual([
      '/gates/1/ruledOut expected more than the margin of 0.05 and at most 1000 (1 is +100 %), ' +
        'got -0.05',
    ]);
  });

  it('lets only compared gates mature, for at most 90 days', () => {
    const gate = { metric: 'http.errors', action: 'rollback' } as const;
    const slow = (metric: string, maturesAfterSeconds: number) =>
      problemsOf({
        gates: [
          { ...gate, ruledOut: 2 },
          { ...gate, metric, maturesAfterSeconds },
        ],
      });
    expect(slow('http.latency', 86_400)).toEqual([]);
    expect(slow('slo', 1)).toEqual([
      '/gates/1/maturesAfterSeconds only what is compared matures later: expected 0, got 1',
    ]);
    expect(slow('http.latency', -1)).toEqual([
      '/gates/1/maturesAfterSeconds expected a whole number from 0 to 7776000, got -1',
    ]);
  });

  it('reports the gate with the expected value', () => {
    const gate = { metric: 'http.errors', action: 'rollback' } as const;
    const wrong = { ...gate, weight: 0, margin: -1, floor: 1 };
    const strict = { ...gate, metric: 'http.latency', ruledOut: 0.05 };
    expect(problemsOf({ gates: [gate, strict] })).toEqual([
      '/gates/1/ruledOut expected more than the margin of 0.05 and at most 1000 (1 is +100 %), ' +
        'got 0.05',
    ]);
    expect(problemsOf({ gates: [wrong, gate, { ...gate, metric: 'toString' }] })).toEqual([
      '/gates/0/weight expected a number above 0 and at most 1000000, got 0',
      '/gates/0/margin expected 0 to 100 (0.05 is 5 %) or null, got -1',
      '/gates/0/floor expected a share above 0 and below 1, or null, got 1',
      '/gates/1/metric "http.errors" has a gate already',
      '/gates/2/metric no metric "toString" in this project',
    ]);
    const many = Array.from({ length: 21 }, (_, index) => ({ ...gate, metric: `m${index}` }));
    expect(problemsOf({ gates: many })).toContain('/gates expected at most 20 gates, got 21');
  });

  it('reports invalid times and windows, NaN included', () => {
    const times: Partial<ReleasePlan> = { tickSeconds: 0.5, warmUpSeconds: Number.NaN };
    expect(problemsOf({ ...times, startAt: 'soon', windows: ['night'] })).toEqual(
      expect.arrayContaining([
        '/warmUpSeconds expected a whole number from 0 to 3600, got NaN',
        '/tickSeconds expected a whole number from 1 to 60, got 0.5',
        '/startAt expected a date and time like 2026-01-31T09:00:00Z, or null, got "soon"',
        '/windows/0 no window "night" in this project',
      ]),
    );
  });
});

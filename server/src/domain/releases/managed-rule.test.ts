import type { Rule } from '@sluice/sdk/core';
import { describe, expect, it } from 'vitest';
import { pinGates, noLatches } from '../gates/pin-gates.js';
import { BUILT_IN_METRICS } from '../metrics/built-in-metrics.js';
import type { Release } from './release.js';
import { completePlan } from './complete-plan.js';
import { releaseMetrics, ruleAsWritten, ruleOfPhase } from './managed-rule.js';

const WHEN = { attribute: 'country', operator: 'in', values: ['NL'] } as const;
const RULE: Rule = { id: 'ramp', when: WHEN, rollout: { to: 1 }, serve: { variant: 'on' } };

function releaseFor(audience: string | null): Release {
  return {
    ...{ id: 'r1', ruleId: 'ramp', state: 'running', pauseReason: null },
    plan: completePlan({ steps: [{ percent: 5, audience }, { percent: 100 }], gates: [] }),
    ...{ step: 0, phase: 3, round: 1, percent: 5, startPercent: 0, salt: 's', sample: 1 },
    ...{ pinned: null, latches: noLatches(1), startAt: null, startApprovedBy: null },
    ...{ approvedStep: -1, holdUntil: null, bakeSkippedStep: -1, bakedMs: 0 },
    ...{ stepStartedAt: null, version: 1 },
  };
}

describe('a managed rule', () => {
  it.each([null, 'staff'])(
    'equals what users wrote once the release is removed (%s)',
    (audience) => {
      const wire = ruleOfPhase(RULE, releaseFor(audience), { startedAt: 7, metrics: [] });
      expect(wire).toMatchObject({ rollout: { to: 5 }, release: { phase: 3, phaseStartedAt: 7 } });
      expect(ruleAsWritten(wire)).toEqual({ ...RULE, rollout: { to: 5 } });
      const { when: _, ...everybody } = RULE;
      const forAll = ruleOfPhase(everybody, releaseFor(audience), { startedAt: 7, metrics: [] });
      expect(ruleAsWritten(forAll)).toEqual({ ...everybody, rollout: { to: 5 } });
    },
  );

  it('never nests the audience of a step in that of the step before', () => {
    const first = ruleOfPhase(RULE, releaseFor('staff'), { startedAt: 1, metrics: [] });
    const second = ruleOfPhase(first, releaseFor('beta'), { startedAt: 2 });
    expect(second.when).toEqual({ all: [{ segment: 'beta' }, WHEN] });
    expect(ruleOfPhase(second, releaseFor(null), { startedAt: 3 }).when).toEqual(WHEN);
  });

  it('lists what SDKs collect for each gate, with the total event of absolute limits', () => {
    const definitions = {
      ...Object.fromEntries(BUILT_IN_METRICS.map(({ key, definition }) => [key, definition])),
      slo: { kind: 'slo', bad: 'http.error', total: 'http.request', limit: 0.01 },
    } as const;
    const gates = ['http.errors', 'http.error-rate', 'slo'].map((metric) => ({
      ...{ metric, action: 'rollback' as const },
    }));
    const pinned = pinGates(completePlan({ gates }), definitions as never, 1);
    expect(releaseMetrics(pinned, definitions as never)).toEqual([
      { key: 'http.errors', kind: 'split', event: 'http.error', attribution: 'request' },
      {
        ...{ key: 'http.error-rate', kind: 'ratio', event: 'http.error', attribution: 'request' },
        per: 'request',
      },
      {
        ...{ key: 'slo', kind: 'slo', event: 'http.error', attribution: 'request' },
        total: 'http.request',
      },
    ]);
  });
});

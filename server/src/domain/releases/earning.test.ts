import { describe, expect, it } from 'vitest';
import type { Evaluation, GateEvidence } from '../gates/evidence.js';
import { noLatches } from '../gates/pin-gates.js';
import { completePlan } from './complete-plan.js';
import { decide } from './decide.js';
import type { ReleaseStatus, TickedGate, TickFacts } from './decision.js';
import { type ParentFlag, problemOfParent } from './parent-flag.js';
import type { PlanInput } from './plan-input.js';
import type { ReleaseState } from './release.js';

const NOW = Date.UTC(2026, 0, 31, 9);
const HOUR = 3_600_000;

const gate = (metric: string, more: Partial<GateEvidence> = {}): GateEvidence => ({
  ...{ metric, kind: 'split', action: 'rollback', isReady: true, lnE: -1, margin: 0 },
  ...{ effect: { estimate: 0, lower: -0.4, upper: 0.5 }, ruledOut: 0.5, isEarned: true },
  ...{ badShare: { estimate: 0.001, upper: 0.002 }, verdict: 'clear', phases: [] },
  ...more,
});
const seeing = (gates: readonly GateEvidence[]): TickFacts => {
  const quiet = { lnE: -1, lnEMax: 0, parts: {} };
  const evaluation: Evaluation = {
    ...{ gates, limits: [], pause: quiet, rollback: quiet },
    ...{ sampleRatio: { lnE: 0, lnEMax: 0 }, bothArmsShare: 0, latches: noLatches(1) },
    stepUnits: { treatment: 1_204, control: 20_001 },
    pinned: {
      ...{ round: 1, plannedPhases: 1, plannedSteps: 2 },
      ...{ compared: [], limits: [], ticked: [] },
    },
  };
  return {
    ...{ now: NOW, evaluation, ticked: [], watermark: NOW, liveInstances: 1 },
    ...{ silentInstances: [], closed: [], recentMarkers: [], neverSeen: [] },
  };
};
const at = (input: PlanInput, more: Partial<ReleaseStatus> = {}): ReleaseStatus => ({
  ...{ state: 'running', pauseReason: null, step: 0, isKilled: false, startAt: null },
  ...{ isStartApproved: false, isStepApproved: false, holdUntil: null, bakedMs: HOUR },
  ...{ isBakeSkipped: false, lastTickAt: NOW - 30_000, stepStartedAt: NOW - 3 * HOUR },
  plan: completePlan(input),
  ...more,
});
const said = (status: ReleaseStatus, facts: TickFacts) => {
  const { action, holds } = decide(status, facts);
  return holds.length === 0 ? action : holds.map(({ code, message }) => `${code}: ${message}`);
};

describe('the sentence of an earned step', () => {
  const input: PlanInput = {
    steps: [{ percent: 5, minBakeSeconds: 60 }, { percent: 100 }],
    gates: [
      { metric: 'errors', action: 'rollback', floor: 0.08 },
      { metric: 'error-rate', action: 'watch', floor: 0.08 },
    ],
  };

  it('names which of two gates on the same failure has earned it', () => {
    const share = (upper: number) => ({ ruledOut: 3, badShare: { estimate: 0.02, upper } });
    const facts = seeing([
      gate('errors', { ...share(0.133), provenBy: 'error-rate' }),
      gate('error-rate', { ...share(0.031), kind: 'ratio', action: 'watch' }),
    ]);
    expect(decide(at(input), facts).sentence).toBe(
      'Advanced from 5 % to 100 %: 1,204 people with the feature, 1 h, error-rate surely below ' +
        '3.1 % (which speaks for errors too).',
    );
  });
});

describe('a step with "prove"', () => {
  const input: PlanInput = {
    steps: [{ percent: 5, minBakeSeconds: 60, advance: 'prove' }, { percent: 100 }],
    gates: [
      { metric: 'errors', action: 'rollback', ruledOut: 0.6 },
      { metric: 'orders', action: 'pause', ruledOut: 0 },
      { metric: 'clicks', action: 'watch', ruledOut: 0.1 },
    ],
  };
  const with3 = (errors: Partial<GateEvidence>, orders: Partial<GateEvidence>) =>
    seeing([
      gate('errors', errors),
      gate('orders', { action: 'pause', ...orders }),
      gate('clicks', { action: 'watch', ruledOut: 9, isEarned: false }),
    ]);

  it('advances once every gate that acts has ruled out more than its tolerance', () => {
    const decision = decide(at(input), with3({ ruledOut: 0.59 }, { ruledOut: -0.02 }));
    expect(decision.action).toBe('final_bake');
    expect(decision.sentence).toBe(
      'Advanced from 5 % to 100 %: 1,204 people with the feature, 1 h, worse than +59 % ruled ' +
        'out for errors, worse than −2 % ruled out for orders.',
    );
  });

  it.each([
    ['a bound that is too wide', { ruledOut: 0.6 }, { ruledOut: -0.02 }],
    ['a floor alone', { ruledOut: null }, { ruledOut: -0.02 }],
  ])('holds for %s, whatever a floor says', (_, errors, orders) => {
    expect(said(at(input), with3(errors, orders))).toEqual([
      expect.stringMatching(/^NOT_EARNED: errors: .*, \+60 % is wanted as proof$/),
    ]);
  });

  it('holds for a pausing gate too, but not for a watched one', () => {
    expect(said(at(input), with3({}, { ruledOut: 0.01 }))).toEqual([
      'NOT_EARNED: orders: worse than +1 % is ruled out, ±0 % is wanted as proof',
    ]);
  });
});

describe('a gate that matures later', () => {
  const input = (action: 'rollback' | 'pause' | 'watch'): PlanInput => ({
    steps: [{ percent: 5, minBakeSeconds: 60 }, { percent: 100 }],
    gates: [
      { metric: 'errors', action: 'rollback' },
      { metric: 'orders', action, maturesAfterSeconds: 86_400 },
    ],
  });
  const facts = seeing([gate('errors')]);
  const aged = (hours: number, more: Partial<ReleaseStatus> = {}) =>
    said(at(input('pause'), { stepStartedAt: NOW - hours * HOUR, ...more }), facts);

  it('holds the step until it is old enough, however long it was observed', () => {
    const held = ['IMMATURE: orders matures after 1 d: this step is 3 h old'];
    expect(aged(3)).toEqual(held);
    expect(aged(3, { isBakeSkipped: true })).toEqual(held);
    expect(aged(24)).toBe('final_bake');
  });

  it('does not hold when it is only watched or there is no control group', () => {
    expect(said(at(input('watch')), facts)).toBe('final_bake');
    const last = { state: 'final_bake', step: 1, bakedMs: 30 * HOUR } as const;
    expect(said(at(input('pause'), last), facts)).toBe('complete');
  });
});

describe('a parent flag', () => {
  const well: ParentFlag = {
    ...{ key: 'shop', isArchived: false, isKilled: false, isOff: false, release: null },
  };
  const releasing = (state: ReleaseState) =>
    problemOfParent({ ...well, release: { state, percent: 25 } });

  it('prevents a rise while it is closed or changes itself', () => {
    expect(problemOfParent(well)).toBeNull();
    expect(problemOfParent({ ...well, isArchived: true })).toMatch(/"shop" .* is archived$/);
    expect(problemOfParent({ ...well, isKilled: true })).toMatch(/is killed$/);
    expect(problemOfParent({ ...well, isOff: true })).toMatch(/is off$/);
    for (const state of ['running', 'paused', 'final_bake', 'rolling_back'] as const) {
      expect(releasing(state)).toMatch(/is being released itself, now at 25 %$/);
    }
    for (const state of ['draft', 'scheduled', 'completed', 'cancelled'] as const) {
      expect(releasing(state)).toBeNull();
    }
  });

  it('holds a rise, but neither the end of the last step nor a verdict', () => {
    const input: PlanInput = { steps: [{ percent: 5, minBakeSeconds: 60 }, { percent: 100 }] };
    const message = 'the flag "shop" that it depends on is killed';
    const facts = { ...seeing([gate('http.errors')]), dependencies: [message] };
    expect(said(at(input), facts)).toEqual([`DEPENDENCY: ${message}`]);
    expect(decide(at(input), facts).sentence).toBe(`Holding at 5 %: ${message}.`);
    expect(said(at(input, { state: 'scheduled', step: -1 }), facts)).toEqual([
      `DEPENDENCY: ${message}`,
    ]);
    const last = { state: 'final_bake', step: 1, bakedMs: 30 * HOUR } as const;
    expect(said(at(input, last), facts)).toBe('complete');
    const fired: TickedGate = {
      ...{ metric: 'health', action: 'rollback', status: 'BREACH', value: 500, hasFired: true },
      ...{ isOverdue: false, onNoData: 'hold', message: null },
    };
    expect(decide(at(input), { ...facts, ticked: [fired] }).action).toBe('rollback');
  });
});

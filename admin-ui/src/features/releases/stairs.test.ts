import { describe, expect, it } from 'vitest';
import type { Release, StepPlan } from '../../api/types.js';
import { describeStair, stairsOf } from './stairs.js';

const step = (percent: number, more: Partial<StepPlan> = {}): StepPlan => ({
  percent,
  minBakeSeconds: 1_800,
  minUnits: 100,
  advance: 'earned',
  approval: false,
  audience: null,
  ...more,
});
const AT = '2026-01-31T09:00:00.000Z';
const plan = { steps: [step(1), step(25), step(100)], finalBakeSeconds: 86_400 };
const at = (step: number, state: Release['state'], endedAt: string | null = null) => {
  return { step, state, endedAt };
};
const states = (standing: Parameters<typeof stairsOf>[1]) =>
  stairsOf(plan, standing).map(({ state }) => state);

describe('a staircase', () => {
  it('marks steps as done, current or planned', () => {
    expect(states(at(1, 'running'))).toEqual(['done', 'current', 'planned']);
    expect(states(at(1, 'paused'))).toEqual(['done', 'current', 'planned']);
    expect(states(at(2, 'completed', AT))).toEqual(['done', 'done', 'done']);
    expect(states(at(1, 'rolling_back'))).toEqual(['done', 'stopped', 'planned']);
    expect(states(at(1, 'rolled_back', AT))).toEqual(['done', 'stopped', 'planned']);
    expect(states(undefined)).toEqual(['planned', 'planned', 'planned']);
  });

  it('rises with the percentage, and keeps the smallest step visible', () => {
    const [tiny, quarter, all] = stairsOf({ steps: [step(0.001), step(25), step(100)] });
    expect([tiny?.height, quarter?.height, all?.height]).toEqual([0.1, 0.5, 1]);
  });

  it('draws 100 % of a segment as a small step, because a segment has few users', () => {
    const [internal] = stairsOf({ steps: [step(100, { audience: 'internal' })] });
    expect(internal?.height).toBe(0.1);
  });

  it('has a text alternative with everything that the drawing shows', () => {
    const stairs = stairsOf(
      { ...plan, steps: [step(1), step(5, { advance: 'guard', approval: true }), step(100)] },
      at(1, 'running'),
    );
    expect(stairs.map((stair) => describeStair(stair, 3))).toEqual([
      'Step 1 of 3: 1 %, done, at least 30 min',
      'Step 2 of 3: 5 %, current, at least 30 min, time and absence of harm only, then an approval',
      'Step 3 of 3: 100 %, planned, at least 1 d',
    ]);
  });

  it('treats a field that a template omits as no requirement', () => {
    expect(stairsOf({ steps: [{ percent: 5 }, { percent: 100 }] })).toMatchObject([
      { bake: 'at once', isGuard: false, needsApproval: false },
      { bake: 'at once', audience: null },
    ]);
    expect(stairsOf({})).toEqual([]);
  });
});

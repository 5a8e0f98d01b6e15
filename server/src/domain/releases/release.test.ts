import { describe, expect, it } from 'vitest';
import { completePlan } from './complete-plan.js';
import {
  bakeNeededMs,
  hasEnded,
  isActive,
  isWatched,
  mayRise,
  RELEASE_STATES,
  type ReleaseState,
  risesByItself,
} from './release.js';

type Answers = readonly [
  hasEnded: boolean,
  isActive: boolean,
  mayRise: boolean,
  isWatched: boolean,
  risesByItself: boolean,
];
const TABLE: Readonly<Record<ReleaseState, Answers>> = {
  draft: [false, false, true, false, false],
  scheduled: [false, false, true, false, true],
  running: [false, true, true, true, true],
  final_bake: [false, true, true, true, true],
  paused: [false, true, true, true, false],
  rolling_back: [false, true, false, false, false],
  completed: [true, false, false, false, false],
  rolled_back: [true, false, false, false, false],
  killed: [true, false, false, false, false],
  cancelled: [true, false, false, false, false],
  superseded: [true, false, false, false, false],
};

describe('the state of a release', () => {
  it.each(RELEASE_STATES)('determines what is allowed when it is %s', (state) => {
    const answers = [hasEnded, isActive, mayRise, isWatched, risesByItself].map((ask) =>
      ask(state),
    );
    expect(answers).toEqual(TABLE[state]);
  });
});

describe('the required bake of a release', () => {
  const plan = completePlan({
    steps: [{ percent: 5, minBakeSeconds: 60 }, { percent: 100 }],
    gates: [],
    finalBakeSeconds: 3600,
  });

  it.each(RELEASE_STATES)('depends on the step alone when the release is %s', (state) => {
    const ofStep = (step: number) => bakeNeededMs({ plan, state, step });
    const isFinal = state === 'final_bake';
    expect(ofStep(-1)).toBe(isFinal ? 3600_000 : 0);
    expect(ofStep(0)).toBe(isFinal ? 3600_000 : 60_000);
    expect(ofStep(1)).toBe(3600_000);
  });
});

import { describe, expect, it } from 'vitest';
import type { Evaluation, GateEvidence } from '../gates/evidence.js';
import { noLatches } from '../gates/pin-gates.js';
import { completePlan } from './complete-plan.js';
import { decide } from './decide.js';
import type { Decision, ReleaseStatus, TickedGate, TickFacts } from './decision.js';
import type { PlanInput } from './plan-input.js';
import { RELEASE_STATES, type ReleaseState } from './release.js';

const NOW = Date.UTC(2026, 0, 31, 9);
const MINUTE = 60_000;
const input: PlanInput = {
  steps: [
    { percent: 1, minBakeSeconds: 1800 },
    { percent: 5, minBakeSeconds: 3600, approval: true },
    { percent: 50, advance: 'guard', minBakeSeconds: 3600 },
    { percent: 100 },
  ],
  gates: [{ metric: 'http.errors', action: 'rollback' }],
};
const plan = completePlan(input);

const errors: GateEvidence = {
  ...{ metric: 'http.errors', kind: 'split', action: 'rollback', isReady: true, lnE: -1 },
  ...{ margin: 0, effect: { estimate: 0.02, lower: -0.4, upper: 0.5 }, ruledOut: 0.5 },
  ...{ badShare: { estimate: 0.01, upper: 0.02 }, isEarned: true, verdict: 'clear' },
  phases: [
    {
      ...{ phase: 1, step: 0, share: 0.01 },
      count: { treatment: 37, control: 213 },
      of: { treatment: 1204, control: 20_001 },
    },
  ],
};
const evaluation: Evaluation = {
  gates: [errors],
  limits: [],
  pause: { lnE: -1, lnEMax: 0, parts: { 'http.errors': 1 } },
  rollback: { lnE: -1, lnEMax: 0, parts: { 'http.errors': 1 } },
  sampleRatio: { lnE: 0, lnEMax: 0 },
  bothArmsShare: 0,
  stepUnits: { treatment: 1204, control: 20_001 },
  latches: noLatches(1),
  pinned: { round: 1, plannedPhases: 3, plannedSteps: 4, compared: [], limits: [], ticked: [] },
};
/** Facts without any problem: the bake is over and the data covers it. */
const facts: TickFacts = {
  ...{ now: NOW, evaluation, ticked: [], watermark: NOW - 5000, liveInstances: 3 },
  ...{ silentInstances: [], closed: [], recentMarkers: [], neverSeen: [] },
};
const running: ReleaseStatus = {
  ...{ state: 'running', pauseReason: null, plan, step: 0, isKilled: false, startAt: null },
  ...{ isStartApproved: false, isStepApproved: false, holdUntil: null, bakedMs: 1800_000 },
  ...{ isBakeSkipped: false, lastTickAt: NOW - 30_000, stepStartedAt: NOW - 40 * MINUTE },
};
const probe: TickedGate = {
  ...{ metric: 'health', action: 'rollback', status: 'OK', value: 1, hasFired: false },
  ...{ isOverdue: false, onNoData: 'hold', message: null },
};

const statusIn = (state: ReleaseState): ReleaseStatus => ({
  ...running,
  state,
  ...(state === 'final_bake' ? { step: 3, bakedMs: 90_000_000 } : {}),
  ...(state === 'paused' ? { pauseReason: 'manual' } : {}),
});
const seeing = (more: Partial<Evaluation>): TickFacts => {
  return { ...facts, evaluation: { ...evaluation, ...more } };
};
const family = (e: number) => {
  return { lnE: Math.log(e), lnEMax: Math.log(e), parts: { 'http.errors': 1 } };
};
const codes = ({ holds }: Decision) => holds.map(({ code }) => code);

/** The expected decision per state and condition; rows are in order of precedence. */
const CONDITIONS = {
  killed: { status: { isKilled: true }, facts },
  probeFired: { status: {}, facts: { ...facts, ticked: [{ ...probe, hasFired: true }] } },
  harmProven: { status: {}, facts: seeing({ rollback: family(100.1), pause: family(100.1) }) },
  sampleRatio: { status: {}, facts: seeing({ sampleRatio: { lnE: 5, lnEMax: 5 } }) },
  harmLikely: { status: {}, facts: seeing({ rollback: family(20.1), pause: family(20.1) }) },
  held: { status: {}, facts: { ...facts, watermark: null } },
  frozen: {
    status: {},
    facts: { ...facts, closed: [{ kind: 'freeze', what: 'freeze "xmas"', opensAt: null }] },
  },
  allIsWell: { status: {}, facts },
} as const satisfies Record<string, { status: Partial<ReleaseStatus>; facts: TickFacts }>;

type Answers = Record<keyof typeof CONDITIONS, Decision['action']>;
const NOTHING = Object.fromEntries(Object.keys(CONDITIONS).map((key) => [key, 'none'])) as Answers;
const TABLE: Record<ReleaseState, Answers> = {
  draft: { ...NOTHING, killed: 'kill' },
  scheduled: {
    ...{ killed: 'kill', probeFired: 'start', harmProven: 'start', sampleRatio: 'start' },
    ...{ harmLikely: 'start', held: 'start', frozen: 'hold', allIsWell: 'start' },
  },
  running: {
    ...{ killed: 'kill', probeFired: 'rollback', harmProven: 'rollback', sampleRatio: 'pause' },
    ...{ harmLikely: 'pause', held: 'hold', frozen: 'hold', allIsWell: 'advance' },
  },
  final_bake: {
    ...{ killed: 'kill', probeFired: 'rollback', harmProven: 'rollback', sampleRatio: 'pause' },
    ...{ harmLikely: 'pause', held: 'hold', frozen: 'complete', allIsWell: 'complete' },
  },
  paused: {
    ...{ killed: 'kill', probeFired: 'rollback', harmProven: 'rollback', sampleRatio: 'none' },
    ...{ harmLikely: 'none', held: 'none', frozen: 'none', allIsWell: 'none' },
  },
  rolling_back: {
    ...{ killed: 'kill', probeFired: 'finish_rollback', harmProven: 'finish_rollback' },
    ...{ sampleRatio: 'finish_rollback', harmLikely: 'finish_rollback' },
    ...{ held: 'finish_rollback', frozen: 'finish_rollback', allIsWell: 'finish_rollback' },
  },
  completed: NOTHING,
  rolled_back: NOTHING,
  killed: NOTHING,
  cancelled: NOTHING,
  superseded: NOTHING,
};

describe('decide for every state and condition', () => {
  for (const state of RELEASE_STATES) {
    for (const [name, { status, facts: seen }] of Object.entries(CONDITIONS)) {
      const expected = TABLE[state][name as keyof typeof CONDITIONS];
      it(`answers ${expected} to ${name} when ${state}`, () => {
        expect(decide({ ...statusIn(state), ...status }, seen).action).toBe(expected);
      });
    }
  }

  it('raises exposure only when running or scheduled and without any problem', () => {
    const raising = RELEASE_STATES.flatMap((state) =>
      Object.entries(CONDITIONS)
        .filter(([, { status, facts: seen }]) =>
          ['start', 'advance', 'final_bake'].includes(
            decide({ ...statusIn(state), ...status }, seen).action,
          ),
        )
        .map(([name]) => `${state} ${name}`),
    ).filter((pair) => !pair.startsWith('scheduled'));
    expect(raising).toEqual(['running allIsWell']);
  });
});

describe('harm', () => {
  it('is described in one sentence with the numbers', () => {
    const gate = { ...errors, effect: { estimate: 1.9, lower: 1.1, upper: 3.4 } };
    const decision = decide(running, seeing({ gates: [gate], rollback: family(143) }));
    expect(decision).toMatchObject({ action: 'rollback', because: ['http.errors'] });
    expect(decision.sentence).toBe(
      'Rolled back: http.errors is 2.9x as high with the feature (37 of 1,204 people) as without ' +
        '(213 of 20,001 people); evidence 143 (100 rolls back) after 1,204 people with the ' +
        'feature in this step.',
    );
  });

  it('is decided by the highest evidence so far, whatever came later', () => {
    const lnEMax = Math.log(101);
    const decision = decide(running, seeing({ rollback: { lnE: -3, lnEMax, parts: {} } }));
    expect(decision).toMatchObject({ action: 'rollback', because: ['http.errors'] });
  });

  it('takes precedence over stale data, windows, approvals and manual holds', () => {
    const worst = {
      ...seeing({ rollback: family(200), sampleRatio: { lnE: 9, lnEMax: 9 } }),
      ...{ watermark: null, liveInstances: 0, silentInstances: ['a'], neverSeen: ['http.errors'] },
      closed: [{ kind: 'freeze', what: 'freeze', opensAt: null } as const],
    };
    expect(decide({ ...running, holdUntil: NOW + 1e9 }, worst).action).toBe('rollback');
  });

  it('beyond a limit pauses at 20, and rolls back at 100 if the action is rollback', () => {
    const limit = { metric: 'slo', lnE: 0, bad: 5, total: 100, limit: 0.01 } as const;
    const at = (action: 'rollback' | 'pause' | 'watch', e: number) =>
      decide(running, seeing({ limits: [{ ...limit, action, lnEMax: Math.log(e) }] }));
    expect(at('rollback', 101)).toMatchObject({ action: 'rollback', because: ['slo'] });
    expect(at('rollback', 21)).toMatchObject({ action: 'pause', pauseReason: 'absolute' });
    expect(at('pause', 1e9)).toMatchObject({ action: 'pause', pauseReason: 'absolute' });
    expect(at('watch', 1e9).action).toBe('advance');
    expect(at('pause', 101).sentence).toBe(
      'Paused: slo is at 5 % (5 of 100), above its limit of 1 %, evidence 101.',
    );
  });

  it('reported by a probe names the deploy before it', () => {
    const recentMarkers = [{ label: 'deploy of shop 1.4.2', at: NOW - 6 * MINUTE, isDeploy: true }];
    const ticked = [{ ...probe, hasFired: true, value: 503 }];
    expect(decide(running, { ...facts, ticked, recentMarkers }).sentence).toBe(
      'Rolled back: health is beyond its limit at 503 (deploy of shop 1.4.2 was 6 min before).',
    );
  });

  it('is assumed after silence only if the metric rolls back on missing data', () => {
    const silent = { ...probe, status: 'NO_DATA', isOverdue: true } as const;
    const after = (onNoData: TickedGate['onNoData'], action: TickedGate['action'] = 'pause') =>
      decide(running, { ...facts, ticked: [{ ...silent, onNoData, action }] });
    expect(after('rollback').action).toBe('rollback');
    expect(after('rollback', 'watch').action).toBe('advance');
    expect(codes(after('hold'))).toContain('NO_DATA');
    expect(after('ignore').action).toBe('advance');
  });
});

describe('holds', () => {
  const held = (status: Partial<ReleaseStatus>, seen: Partial<TickFacts> = {}) =>
    decide({ ...running, ...status }, { ...facts, ...seen });

  it('are all reported, each as a sentence', () => {
    const suspicious = seeing({
      pause: family(3),
      stepUnits: { treatment: 84, control: 900 },
      bothArmsShare: 0.004,
      gates: [{ ...errors, isEarned: false, ruledOut: 1.4 }],
    });
    const decision = held(
      { bakedMs: 0, holdUntil: NOW + MINUTE },
      {
        evaluation: suspicious.evaluation,
        watermark: NOW - 10 * MINUTE,
        neverSeen: ['purchase'],
        ticked: [{ ...probe, status: 'ERROR', message: 'refused' }],
        closed: [{ kind: 'window', what: 'outside window "office"', opensAt: NOW + MINUTE }],
      },
    );
    expect(decision.holds.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'WINDOW: outside window "office"; opens 2026-01-31 09:01Z',
      'HOLD_UNTIL: held by hand until 2026-01-31 09:01Z',
      'STALE_DATA: the data is complete up to 10 min ago, at most 3 min is allowed',
      'NO_DATA: purchase has never had a number',
      'SOURCE_ERROR: health could not be read: refused',
      'BAKE: observed for 0 s of 30 min',
      'UNITS: 84 of 100 people with the feature seen in this step',
      'UNSTABLE_UNITS: 0.4 % of people were seen on both sides: is what the rule draws by stable?',
      'SUSPICIOUS: http.errors is 1.02x as high with the feature (37 of 1,204 people) as without ' +
        '(213 of 20,001 people): evidence 3, below 2 goes on',
      'NOT_EARNED: http.errors: worse than +140 % is ruled out, +100 % is wanted; or a share ' +
        'surely below 0.5 %, now 2 %',
    ]);
    expect(decision.sentence).toMatch(
      /^Holding at 1 %: outside window "office".* \(and 9 more\)\.$/,
    );
  });

  it('wait for data that reaches the end of the bake', () => {
    const justOver = { bakedMs: 1_799_000, lastTickAt: NOW - 30_000 };
    expect(codes(held(justOver, { watermark: NOW - 30_000 }))).toEqual(['STALE_DATA']);
    expect(held(justOver, { watermark: NOW - 29_000 }).action).toBe('advance');
  });

  it('name the silent instances, and report when no instance has ever sent data', () => {
    expect(held({}, { silentInstances: ['shop-1', 'shop-2'] }).sentence).toBe(
      'Holding at 1 %: silent: shop-1 and shop-2.',
    );
    expect(codes(held({}, { liveInstances: 0 }))).toContain('STALE_DATA');
  });

  it('ignore silent watched metrics, and let steps with "guard" advance without evidence', () => {
    const plain = completePlan({
      ...input,
      gates: [
        { metric: 'http.errors', action: 'rollback' },
        { metric: 'purchase', action: 'watch' },
      ],
    });
    expect(held({ plan: plain }, { neverSeen: ['purchase'] }).action).toBe('advance');
    const unproven = seeing({ gates: [{ ...errors, isEarned: false }] });
    expect(codes(held({}, unproven))).toEqual(['NOT_EARNED']);
    const guarded = held({ step: 2, bakedMs: 3600_000 }, unproven);
    expect(guarded.action).toBe('final_bake');
    expect(guarded.sentence).toContain('a step on time and guard alone');
  });

  it('take precedence over the approval, which comes last', () => {
    const second = { step: 1, bakedMs: 3600_000 };
    expect(held(second).action).toBe('await_approval');
    expect(held({ ...second, isStepApproved: true }).action).toBe('advance');
    expect(held({ ...second, isStepApproved: true, bakedMs: 0 }).action).toBe('hold');
  });

  it('of comparisons end at the last step, where only time and harm count', () => {
    const last = { ...statusIn('final_bake'), plan };
    const late = seeing({ pause: family(3), gates: [{ ...errors, isEarned: false }] });
    expect(decide(last, late).action).toBe('complete');
    expect(codes(decide({ ...last, bakedMs: 0 }, late))).toEqual(['BAKE']);
  });

  it('of comparisons continue at a last step with a holdback', () => {
    const kept = completePlan({ ...input, holdback: 10, steps: [{ percent: 1 }, { percent: 90 }] });
    const last = { ...statusIn('final_bake'), plan: kept, step: 1 };
    expect(codes(decide(last, seeing({ pause: family(3) })))).toEqual(['SUSPICIOUS']);
  });
});

describe('the bake clock', () => {
  const bakedAfter = (status: Partial<ReleaseStatus>, seen: Partial<TickFacts> = {}) =>
    decide({ ...running, bakedMs: 1000, ...status }, { ...facts, ...seen }).bakedMs;

  it('counts observed time, at most two ticks at once', () => {
    expect(bakedAfter({})).toBe(31_000);
    expect(bakedAfter({ lastTickAt: NOW - 6 * 3600_000 })).toBe(61_000);
    expect(bakedAfter({ lastTickAt: null })).toBe(1000);
    expect(bakedAfter({ stepStartedAt: NOW - 10_000 })).toBe(11_000);
    expect(bakedAfter({ lastTickAt: NOW + 5000 })).toBe(1000);
  });

  it('stops while data is stale, an instance is silent or a source returns no number', () => {
    expect(bakedAfter({}, { watermark: NOW - 181_000 })).toBe(1000);
    expect(bakedAfter({}, { silentInstances: ['a'] })).toBe(1000);
    expect(bakedAfter({}, { ticked: [{ ...probe, status: 'ERROR' }] })).toBe(1000);
    expect(bakedAfter({}, { ticked: [{ ...probe, status: 'ERROR', action: 'watch' }] })).toBe(
      31_000,
    );
    expect(bakedAfter({ state: 'paused' })).toBe(1000);
  });

  it('restarts on a deploy, unless the plan says otherwise', () => {
    const recentMarkers = [{ label: 'deploy', at: NOW - MINUTE, isDeploy: true }];
    expect(bakedAfter({ bakedMs: 1e6 }, { recentMarkers })).toBe(MINUTE);
    const patient = { ...plan, restartBakeOnDeploy: false };
    expect(bakedAfter({ bakedMs: 1e6, plan: patient }, { recentMarkers })).toBe(1_030_000);
  });

  it('restarts with each step', () => {
    expect(decide(running, facts)).toMatchObject({ action: 'advance', bakedMs: 0 });
  });

  it('adds half a minute and at most one step after an outage of hours', () => {
    let status = { ...running, bakedMs: 0, lastTickAt: NOW - 6 * 3600_000 };
    const first = decide(status, facts);
    expect(first).toMatchObject({ action: 'hold', bakedMs: 60_000 });
    status = { ...status, bakedMs: first.bakedMs, isBakeSkipped: true };
    expect(decide(status, facts).action).toBe('advance');
  });
});

describe('the start of a release', () => {
  const scheduled = { ...running, state: 'scheduled', step: -1 } as const;

  it('waits for its start time, an open window and its approval, in this order', () => {
    const approved = { ...plan, startApproval: true };
    const closed = [{ kind: 'window', what: 'closed', opensAt: null } as const];
    expect(decide({ ...scheduled, startAt: NOW + 1 }, facts).action).toBe('none');
    expect(codes(decide({ ...scheduled, plan: approved }, { ...facts, closed }))).toEqual([
      'WINDOW',
    ]);
    expect(decide({ ...scheduled, plan: approved }, facts).action).toBe('await_approval');
    const due = { ...scheduled, plan: approved, isStartApproved: true, startAt: NOW };
    expect(decide(due, facts)).toMatchObject({ action: 'start', sentence: 'Started at 1 %.' });
  });
});

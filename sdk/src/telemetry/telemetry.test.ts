import { describe, expect, it } from 'vitest';
import { Gathered } from '../../../test/support/gathered.js';
import { ON_FLAG, releasedFlag, rulesetOf } from '../../../test/support/rulesets.js';
import { seedPrefix, unitBucket, unitHash } from '../core/bucket.js';
import { resolve } from '../core/evaluate.js';
import { compile } from '../core/index.js';
import type { Flag, ReleaseMetric, RuleRelease } from '../core/ruleset.js';
import { QuietLog } from '../log.js';
import { decodeEventBatch } from '../protocol/decode-event-batch.js';
import type { EventBatch } from '../protocol/event-batch.js';
import { ManualClock } from '../testing/index.js';
import { Telemetry } from './telemetry.js';

const TREATED = { targetingKey: 'user-1' };
const CONTROL = { targetingKey: '42' };
const NOW = 1_795_248_000_000;
const hashOf = (unit: string) => unitHash(seedPrefix('3kTM'), unit);

const ERRORS: ReleaseMetric = {
  key: 'http.errors',
  kind: 'split',
  event: 'http.error',
  attribution: 'request',
};
const ERROR_RATE: ReleaseMetric = {
  ...ERRORS,
  key: 'http.error-rate',
  kind: 'ratio',
  per: 'request',
};
const SLOW: ReleaseMetric = {
  key: 'http.slow',
  kind: 'slowShare',
  event: 'http.request',
  attribution: 'request',
  per: 'request',
  thresholdMs: 800,
};
const PURCHASES: ReleaseMetric = {
  key: 'purchases',
  kind: 'split',
  event: 'purchase',
  attribution: 'assignment',
};
const REVENUE: ReleaseMetric = {
  ...PURCHASES,
  key: 'revenue',
  kind: 'mean',
  per: 'unit',
  cap: 100,
};

class Stage {
  readonly clock = new ManualClock(NOW);
  readonly wanted: number[] = [];
  readonly log: string[] = [];
  readonly telemetry: Telemetry;
  #compiled = compile(rulesetOf({}));

  constructor(flags: Readonly<Record<string, Flag>>) {
    const say = (message: string) => void this.log.push(message);
    const logger = { debug: say, info: say, warn: say, error: say };
    this.telemetry = new Telemetry({
      clock: this.clock,
      log: new QuietLog(logger, this.clock),
      now: () => this.clock.now(),
      want: (withinMs) => this.wanted.push(withinMs) > 0,
    });
    this.use(flags);
  }

  static released(release: Partial<RuleRelease> = {}): Stage {
    return new Stage({ awesome: releasedFlag(release) });
  }

  use(flags: Readonly<Record<string, Flag>>): void {
    this.#compiled = compile(rulesetOf({ flags }), this.#compiled);
    this.telemetry.use(this.#compiled);
  }

  evaluate(context: object, key = 'awesome'): void {
    const outcome = resolve(this.#compiled, key, context, undefined);
    this.telemetry.evaluated(key, outcome, context);
  }

  /** The next batch, which has to be one that the server takes. */
  take(): EventBatch {
    const { members } = this.telemetry.contents.take();
    const decoded = decodeEventBatch(JSON.parse(`{"seq":1,"at":0,${members}}`));
    if ('problem' in decoded) throw new Error(decoded.problem);
    return decoded.value;
  }

  gathered(): Gathered {
    return Gathered.of([this.take()]);
  }
}

describe('evaluations', () => {
  it('are counted by flag and variant, in slots of ten seconds of server time', () => {
    const stage = new Stage({ awesome: releasedFlag({}, 50), other: ON_FLAG });
    stage.clock.advance(3_000);
    for (let call = 0; call < 5; call += 1) stage.evaluate(TREATED);
    stage.evaluate(CONTROL);
    stage.clock.advance(7_000);
    stage.evaluate(CONTROL, 'other');
    const { slots, through } = stage.take();
    expect(slots.map(({ from, to, flags }) => ({ from, to, flags }))).toEqual([
      { from: NOW, to: NOW + 10_000, flags: { awesome: { on: 5, off: 1 } } },
      { from: NOW + 10_000, to: NOW + 20_000, flags: { other: { on: 1 } } },
    ]);
    expect(through).toBe(NOW + 10_000);
    expect(stage.take().slots).toEqual([]);
  });

  it('of a flag nobody has are named once a batch, unless that can be no key', () => {
    const stage = Stage.released();
    for (const key of ['awsome', 'awsome', 'no key', '__proto__']) stage.telemetry.unknown(key);
    expect(stage.take().unknown).toEqual(['awsome']);
    expect(stage.take().unknown).toEqual([]);
  });
});

describe('exposures', () => {
  it('count every time, and name each person once in a phase', () => {
    const stage = Stage.released();
    stage.evaluate(TREATED);
    stage.evaluate(TREATED);
    stage.evaluate(CONTROL);
    const first = stage.gathered();
    expect(first.arm('r1', 1, 'treatment')).toMatchObject({ exposures: 2 });
    expect([...first.arm('r1', 1, 'treatment').units]).toEqual([hashOf('user-1')]);
    expect([...first.arm('r1', 1, 'control').units]).toEqual([hashOf('42')]);
    stage.evaluate(TREATED);
    const second = stage.gathered();
    expect(second.arm('r1', 1, 'treatment').exposures).toBe(1);
    expect(second.arm('r1', 1, 'treatment').units.size).toBe(0);
    stage.use({ awesome: releasedFlag({ phase: 2 }, 60) });
    stage.evaluate(TREATED);
    expect(stage.gathered().arm('r1', 2, 'treatment').units.size).toBe(1);
  });

  it('remember whom they named when other rules change', () => {
    const stage = Stage.released();
    stage.evaluate(TREATED);
    stage.take();
    stage.use({ awesome: releasedFlag(), other: ON_FLAG });
    stage.evaluate(TREATED);
    expect(stage.gathered().arm('r1', 1, 'treatment')).toMatchObject({
      exposures: 1,
      units: new Set(),
    });
  });

  it('name nobody outside the sample, and nobody without a salt', () => {
    for (const release of [{ sample: 0 }, { salt: undefined as never }]) {
      const stage = Stage.released({ ...release, metrics: [PURCHASES] });
      stage.evaluate(TREATED);
      stage.telemetry.track('purchase', TREATED);
      const arm = stage.gathered().arm('r1', 1, 'treatment');
      expect([arm.exposures, arm.units.size, arm.splits.size]).toEqual([1, 0, 0]);
    }
  });
});

describe('a tracked event', () => {
  it('counts for the side that the person is on, without an exposure', () => {
    const stage = Stage.released({ metrics: [PURCHASES, REVENUE] });
    stage.telemetry.track('purchase', TREATED, 40);
    stage.telemetry.track('purchase', TREATED, 300);
    stage.telemetry.track('purchase', CONTROL, 7.5);
    const gathered = stage.gathered();
    const arm = gathered.arm('r1', 1, 'treatment');
    expect(arm.exposures).toBe(0);
    expect(arm.splits.get('purchases')).toEqual([hashOf('user-1')]);
    const bucket = unitBucket(hashOf('user-1'));
    expect(arm.buckets.get('revenue')).toEqual(new Map([[bucket, { sum: 140, count: 0 }]]));
    expect(gathered.arm('r1', 1, 'control').totals('revenue')).toEqual({ sum: 7.5, count: 0 });
    expect(gathered.metrics.get('purchase')).toEqual({ count: 3, sum: 347.5 });
    expect(gathered.flags.size).toBe(0);
  });

  it('counts the denominator that its metric asks for', () => {
    const perEvent = { ...REVENUE, key: 'order-value', per: 'request' };
    const broken = { ...PURCHASES, key: 'broken', kind: 'slo', total: 'order' };
    const stage = Stage.released({ metrics: [perEvent, broken] });
    stage.telemetry.track('purchase', TREATED, 40);
    stage.telemetry.track('order', TREATED);
    stage.telemetry.track('order', TREATED);
    const arm = stage.gathered().arm('r1', 1, 'treatment');
    expect(arm.totals('order-value')).toEqual({ sum: 40, count: 1 });
    expect(arm.totals('broken')).toEqual({ sum: 1, count: 2 });
    expect(arm.sketches.get('order-value')?.count).toBe(1);
  });

  it('that a release wants, of somebody on neither side, is unattributed', () => {
    const stage = Stage.released({ metrics: [PURCHASES] });
    stage.telemetry.track('purchase', {});
    stage.telemetry.track('visit', {});
    const gathered = stage.gathered();
    expect(gathered.unattributed).toBe(1);
    expect([...gathered.metrics.keys()]).toEqual(['purchase', 'visit']);
  });

  it('in the warm-up only names people, apart from those after it', () => {
    const release = { metrics: [PURCHASES, REVENUE], phaseStartedAt: NOW, warmUpSeconds: 60 };
    const stage = Stage.released(release);
    stage.clock.advance(59_999);
    stage.telemetry.track('purchase', TREATED, 40);
    stage.clock.advance(1);
    stage.telemetry.track('purchase', TREATED, 2);
    const arm = stage.gathered().arm('r1', 1, 'treatment');
    expect(arm.warmUpSplits.get('purchases')).toEqual([hashOf('user-1')]);
    expect(arm.splits.get('purchases')).toEqual([hashOf('user-1')]);
    expect(arm.totals('revenue').sum).toBe(2);
  });

  it('with a name or value that cannot be is said in the log, and the rest is kept', () => {
    const stage = Stage.released({ metrics: [REVENUE] });
    for (const value of [Number.NaN, '5' as never, 1e300, null as never]) {
      stage.telemetry.track('purchase', TREATED, value);
    }
    stage.telemetry.track('no name', TREATED, 5);
    stage.telemetry.track(7 as never, TREATED, 5);
    const gathered = stage.gathered();
    expect(gathered.metrics).toEqual(new Map([['purchase', { count: 4, sum: 0 }]]));
    expect(stage.log).toHaveLength(2);
  });

  it('with a context that throws breaks nothing', () => {
    const stage = Stage.released({ metrics: [PURCHASES] });
    const hostile = new Proxy({}, { getOwnPropertyDescriptor: () => raise() });
    stage.evaluate(hostile);
    stage.telemetry.track('purchase', hostile);
    expect(stage.gathered().metrics.get('purchase')?.count).toBe(1);
  });
});

describe('a request', () => {
  const METRICS = [ERRORS, ERROR_RATE, SLOW];
  const inRequest = (stage: Stage, contexts: readonly object[]) => {
    const scope = stage.telemetry.requests.begin({})!;
    scope.run(() => {
      for (const context of contexts) stage.evaluate(context);
    });
    return scope;
  };

  it('counts for the side that its first evaluation saw', () => {
    const stage = Stage.released({ metrics: METRICS });
    const scope = inRequest(stage, [TREATED, CONTROL]);
    stage.clock.advance(900);
    scope.end(true);
    scope.end(false);
    const gathered = stage.gathered();
    const arm = gathered.arm('r1', 1, 'treatment');
    expect(arm.splits.get('http.errors')).toEqual([hashOf('user-1')]);
    expect(arm.totals('http.error-rate')).toEqual({ sum: 1, count: 1 });
    expect(arm.totals('http.slow')).toEqual({ sum: 1, count: 1 });
    expect(arm.sketches.get('http.slow')?.count).toBe(1);
    expect(gathered.arm('r1', 1, 'control').splits.size).toBe(0);
    expect(gathered.metrics).toEqual(
      new Map([
        ['http.request', { count: 1, sum: 900 }],
        ['http.latency', { count: 1, sum: 900 }],
        ['http.error', { count: 1, sum: 0 }],
      ]),
    );
  });

  it('that outlives its phase counts in the phase that it was served', () => {
    const stage = Stage.released({ metrics: METRICS });
    const scope = inRequest(stage, [TREATED]);
    stage.use({ awesome: releasedFlag({ phase: 2, metrics: METRICS }, 10) });
    scope.end(true);
    const gathered = stage.gathered();
    expect(gathered.arm('r1', 1, 'treatment').totals('http.error-rate').count).toBe(1);
    expect(gathered.arms.has('r1/2/treatment')).toBe(false);
  });

  it('that hangs is slow once, before it ends and not again', () => {
    const stage = Stage.released({ metrics: METRICS });
    const scope = inRequest(stage, [TREATED]);
    stage.clock.advance(3_000);
    const hanging = stage.gathered().arm('r1', 1, 'treatment');
    expect(hanging.totals('http.slow')).toEqual({ sum: 1, count: 1 });
    scope.end(false);
    const ended = stage.gathered().arm('r1', 1, 'treatment');
    expect(ended.totals('http.slow')).toEqual({ sum: 0, count: 0 });
    expect(ended.totals('http.error-rate')).toEqual({ sum: 0, count: 1 });
    expect(ended.sketches.get('http.slow')?.count).toBe(1);
  });

  it('that its client left is none', () => {
    const stage = Stage.released({ metrics: METRICS });
    inRequest(stage, [TREATED]).leave();
    expect(stage.gathered().metrics.size).toBe(0);
  });

  it('lends its side to events that ask for it', () => {
    const stage = Stage.released({ metrics: [{ ...PURCHASES, attribution: 'request' }] });
    const scope = stage.telemetry.requests.begin({})!;
    scope.run(() => {
      stage.evaluate(TREATED);
      stage.telemetry.track('purchase', {});
    });
    stage.telemetry.track('purchase', TREATED);
    const gathered = stage.gathered();
    expect(gathered.arm('r1', 1, 'treatment').splits.get('purchases')).toHaveLength(1);
    expect(gathered.unattributed).toBe(1);
  });
});

describe('what is posted, and when', () => {
  it('is asked for every five seconds from the start of a release', () => {
    expect(new Stage({ awesome: ON_FLAG }).telemetry.contents.beatMs).toBeNull();
    const stage = Stage.released();
    expect(stage.telemetry.contents.beatMs).toBe(5_000);
    expect(stage.wanted).toEqual([5_000]);
    stage.use({ awesome: ON_FLAG });
    expect(stage.telemetry.contents.beatMs).toBeNull();
  });

  it('is asked for within 500 ms of somebody new to a split, and of the first error', () => {
    const stage = Stage.released({ metrics: [PURCHASES, ERROR_RATE] });
    const urgent = () => stage.wanted.splice(0).filter((ms) => ms === 500).length;
    stage.telemetry.track('purchase', TREATED);
    expect(urgent()).toBe(1);
    stage.telemetry.track('purchase', TREATED);
    expect(urgent()).toBe(0);
    for (const count of [1, 0]) {
      const scope = stage.telemetry.requests.begin({})!;
      scope.run(() => stage.evaluate(TREATED));
      scope.end(true);
      expect(urgent()).toBe(count);
    }
  });
});

describe('too much', () => {
  it('of events is dropped and counted, while evaluations survive', () => {
    const stage = Stage.released();
    for (let index = 0; index < 2_500; index += 1) stage.telemetry.track(`event-${index}`, {});
    for (let call = 0; call < 100_000; call += 1) stage.evaluate(TREATED);
    const gathered = stage.gathered();
    expect(gathered.metrics.size).toBe(2_000);
    expect(gathered.dropped).toBe(500);
    expect(gathered.flags.get('awesome=on')).toBe(100_000);
  });

  it('of people in one slot is dropped, and they are named in the next', () => {
    const stage = Stage.released();
    const evaluateAll = () => {
      for (let index = 0; index < 21_000; index += 1) stage.evaluate({ targetingKey: index });
    };
    const named = () => {
      const gathered = stage.gathered();
      const count = (arm: string) => gathered.arm('r1', 1, arm).units.size;
      return { units: count('treatment') + count('control'), dropped: gathered.dropped };
    };
    evaluateAll();
    expect(named()).toEqual({ units: 20_000, dropped: 1_000 });
    evaluateAll();
    expect(named()).toEqual({ units: 1_000, dropped: 0 });
  });

  it('for one batch is sent in several, and each is complete up to where it says', () => {
    const stage = Stage.released();
    for (let slot = 0; slot < 10; slot += 1) {
      for (let index = 0; index < 9_000; index += 1) {
        stage.evaluate({ targetingKey: `${slot}-${index}` });
      }
      stage.clock.advance(10_000);
    }
    const batches = [stage.take(), stage.take(), stage.take()];
    expect(batches.map(({ through }) => through === NOW + 100_000)).toEqual([false, true, true]);
    const [first, second, third] = batches as [EventBatch, EventBatch, EventBatch];
    expect(first.slots.every(({ from }) => from <= (first.through as number))).toBe(true);
    expect(second.slots[0]?.from).toBeGreaterThanOrEqual(first.through as number);
    expect(third.slots).toEqual([]);
    expect(JSON.stringify(first).length).toBeLessThan(2 ** 20);
    expect(Gathered.of(batches).flags.get('awesome=on')).toBeGreaterThan(40_000);
  });

  it('for a server that stays away is dropped, the oldest first', () => {
    const stage = new Stage({});
    const slots = 100;
    for (let slot = 0; slot < slots; slot += 1) {
      for (let index = 0; index < 2_000; index += 1) {
        stage.telemetry.track(`event-${index}-${'x'.repeat(80)}`, {});
      }
      stage.clock.advance(10_000);
    }
    const batches: EventBatch[] = [];
    while (!stage.telemetry.contents.isEmpty) batches.push(stage.take());
    const { dropped, metrics } = Gathered.of(batches);
    const kept = [...metrics.values()].reduce((sum, { count }) => sum + count, 0);
    expect(batches.length).toBeGreaterThanOrEqual(20);
    expect(batches.length).toBeLessThanOrEqual(22);
    expect(dropped).toBeGreaterThan(0);
    expect(kept + dropped).toBe(slots * 2_000);
    expect(batches.at(-1)?.slots.at(-1)?.from).toBe(NOW + (slots - 1) * 10_000);
  });
});

function raise(): never {
  throw new Error('hostile');
}

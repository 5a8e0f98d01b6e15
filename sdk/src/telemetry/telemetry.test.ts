import { describe, expect, it } from 'vitest';
import { ON_FLAG, releasedFlag } from '../../../test/support/rulesets.js';
import {
  STAGE_START as NOW,
  TelemetryStage as Stage,
} from '../../../test/support/telemetry-stage.js';
import { seedPrefix, unitBucket, unitHash } from '../core/bucket.js';
import type { EvaluationContext } from '../core/context.js';
import type { ReleaseMetric } from '../core/ruleset.js';

const TREATED = { targetingKey: 'user-1' };
const CONTROL = { targetingKey: '42' };
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

describe('telemetry of evaluations', () => {
  it('counts by flag and variant, in slots of ten seconds of server time', () => {
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

  it('reports an unknown flag once per batch, unless its key is invalid', () => {
    const stage = Stage.released();
    for (const key of ['awsome', 'awsome', 'no key', '__proto__']) stage.telemetry.unknown(key);
    expect(stage.take().unknown).toEqual(['awsome']);
    expect(stage.take().unknown).toEqual([]);
  });
});

describe('telemetry of exposures', () => {
  it('counts each exposure and reports each user once per phase', () => {
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

  it('remembers the reported users when other rules change', () => {
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

  it('reports nothing for an unreadable release and still counts its evaluations', () => {
    const stage = Stage.released();
    const flag = releasedFlag();
    const release = {
      id: 'r1',
      phase: 1,
      salt: 'x',
      get sample(): number {
        return raise();
      },
    };
    stage.use({ awesome: { ...flag, rules: [{ ...flag.rules![0]!, release }] } });
    stage.evaluate(TREATED);
    expect(stage.gathered().flags.get('awesome=on')).toBe(1);
  });

  it('reports no user outside the sample or without a salt', () => {
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
  it('counts for the group of the user, without an exposure', () => {
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

  it('adds to the denominator that its metric requires', () => {
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

  it('is unattributed when a release uses it and the user is in neither group', () => {
    const stage = Stage.released({ metrics: [PURCHASES] });
    stage.telemetry.track('purchase', {});
    stage.telemetry.track('visit', {});
    const gathered = stage.gathered();
    expect(gathered.unattributed).toBe(1);
    expect([...gathered.metrics.keys()]).toEqual(['purchase', 'visit']);
  });

  it('reports users in the warm-up separately and adds to no sums', () => {
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

  it('is logged when its name or value is invalid, and its valid part is kept', () => {
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

  it('is counted when its context throws', () => {
    const stage = Stage.released({ metrics: [PURCHASES] });
    const hostile = new Proxy({}, { getOwnPropertyDescriptor: () => raise() });
    stage.evaluate(hostile);
    stage.telemetry.track('purchase', hostile);
    expect(stage.gathered().metrics.get('purchase')?.count).toBe(1);
  });
});

describe('a measured request', () => {
  const METRICS = [ERRORS, ERROR_RATE, SLOW];
  const inRequest = (stage: Stage, contexts: readonly EvaluationContext[]) => {
    const scope = stage.telemetry.requests.begin({})!;
    scope.run(() => {
      for (const context of contexts) stage.evaluate(context);
    });
    return scope;
  };

  it('counts for the group of its first evaluation', () => {
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

  it('counts in the phase that it was served in, even if it outlives the phase', () => {
    const stage = Stage.released({ metrics: METRICS });
    const scope = inRequest(stage, [TREATED]);
    stage.use({ awesome: releasedFlag({ phase: 2, metrics: METRICS }, 10) });
    scope.end(true);
    const gathered = stage.gathered();
    expect(gathered.arm('r1', 1, 'treatment').totals('http.error-rate').count).toBe(1);
    expect(gathered.arms.has('r1/2/treatment')).toBe(false);
  });

  it('counts as slow once when it hangs, before it ends', () => {
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

  it('is not counted when its client aborts it', () => {
    const stage = Stage.released({ metrics: METRICS });
    inRequest(stage, [TREATED]).leave();
    expect(stage.gathered().metrics.size).toBe(0);
  });

  it('passes its group to events with attribution by request', () => {
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

describe('the delay of a post', () => {
  it('is five seconds from the start of a release', () => {
    expect(new Stage({ awesome: ON_FLAG }).telemetry.contents.beatMs).toBeNull();
    const stage = Stage.released();
    expect(stage.telemetry.contents.beatMs).toBe(5_000);
    expect(stage.wanted).toEqual([5_000]);
    stage.use({ awesome: ON_FLAG });
    expect(stage.telemetry.contents.beatMs).toBeNull();
  });

  it('is 20 ms when a user is new to a split and at the first error', () => {
    const stage = Stage.released({ metrics: [PURCHASES, ERROR_RATE] });
    const urgent = () => stage.wanted.splice(0).filter((ms) => ms <= 500);
    stage.telemetry.track('purchase', TREATED);
    expect(urgent()).toEqual([20]);
    stage.telemetry.track('purchase', TREATED);
    expect(urgent()).toEqual([]);
    stage.clock.advance(1_000);
    for (const wanted of [[20], []]) {
      const scope = stage.telemetry.requests.begin({})!;
      scope.run(() => stage.evaluate(TREATED));
      scope.end(true);
      expect(urgent()).toEqual(wanted);
    }
  });

  it('is 500 ms between posts during a burst of events', () => {
    const stage = new Stage({ awesome: releasedFlag({ metrics: [PURCHASES] }, 100) });
    const startedAt = stage.clock.monotonic();
    stage.wanted.length = 0;
    const due = new Set<number>();
    for (let count = 0; count < 100; count += 1) {
      stage.telemetry.track('purchase', { targetingKey: `storm-${count}` });
      const at = stage.clock.monotonic() - startedAt;
      for (const ms of stage.wanted.splice(0)) if (ms <= 500) due.add(at + ms);
      stage.clock.advance(10);
    }
    expect([...due]).toEqual([20, 520, 1_020]);
  });

  it('is 500 ms for users without the feature', () => {
    const stage = Stage.released({ metrics: [PURCHASES] });
    stage.telemetry.track('purchase', CONTROL);
    expect(stage.wanted.at(-1)).toBe(500);
  });
});

function raise(): never {
  throw new Error('hostile');
}

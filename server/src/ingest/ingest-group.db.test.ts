import { encodeSketch, Sketch } from '@sluice/sdk/protocol';
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../test/support/database.js';
import {
  ENVIRONMENT,
  eventBatch,
  eventSlot,
  OTHER_ENVIRONMENT,
  releaseSlot,
  sender,
  stageEnvironments,
  stageRelease,
  unitOf,
} from '../../../test/support/ingest-stage.js';
import { readBaseline } from '../store/read-models/release-traffic.js';
import { readReleaseTotals } from '../store/read-models/release-totals.js';
import { readWatermark } from '../store/read-models/watermark.js';
import { ClientBatches, ingestBatch } from './ingest-batch.js';
import { ReportQueue } from './queue.js';

const ERRORS = { metric: 'http.errors', action: 'rollback' };
const RATE = { metric: 'http.error-rate', action: 'pause' };

describe.each(databaseKinds)('ingesting a group on %s', (kind) => {
  const database = withDatabase(kind);
  let queue: ReportQueue;
  beforeEach(async () => {
    await stageEnvironments(database.db);
    queue = new ReportQueue({
      ...{ db: database.db, clock: () => performance.now(), random: () => 0.5 },
    });
  });

  const post = (instance: string, over: Parameters<typeof eventBatch>[0]) =>
    ingestBatch(queue, sender(instance), eventBatch(over));
  const totals = () => readReleaseTotals(database.db, 'r1');
  const findings = async (environmentId = ENVIRONMENT) => {
    const rows = await database.db.execute<{ what: string; count: number }>(sql`
      select what, count::int as count from ingest_findings
      where environment_id = ${environmentId}`);
    return Object.fromEntries(rows.map(({ what, count }) => [what, count]));
  };
  const series = async () => {
    const rows = await database.db.execute<{ series: string; count: number; sum: number }>(sql`
      select series, sum(count)::int as count, sum(sum)::float8 as sum from metric_slots
      where series not like 'release:%' group by series`);
    return Object.fromEntries(rows.map(({ series: name, count, sum }) => [name, [count, sum]]));
  };

  it('returns exposures, units, splits and buckets of each arm', async () => {
    await stageRelease(database.db, { gates: [ERRORS, RATE] });
    const treated = releaseSlot({
      ...{ exposures: 7, units: [unitOf(1), unitOf(2), unitOf(300)] },
      splits: { 'http.errors': [unitOf(2)] },
      warmUpSplits: { 'http.errors': [unitOf(1)] },
      buckets: { 'http.error-rate': [[2, 1, 5]] },
    });
    const control = releaseSlot({ arm: 'control', exposures: 3, units: [unitOf(9)] });
    await post('i1', { slots: [eventSlot({ releases: [treated, control] })] });
    const [phase] = (await totals()).phases;
    expect(phase).toMatchObject({
      ...{ phase: 1, round: 1, step: 0, share: 0.1, unitsInBothArms: 0 },
      units: { treatment: 3, control: 1 },
      firstUnits: { treatment: 3, control: 1 },
      exposures: { treatment: 7, control: 3 },
    });
    expect(phase?.metrics['http.errors']).toEqual({
      firsts: { treatment: 1, control: 0 },
      firstsAll: { treatment: 2, control: 0 },
    });
    const rate = phase?.metrics['http.error-rate']?.buckets;
    expect([rate?.treatment.s[2], rate?.treatment.n[2], rate?.control.n[2]]).toEqual([1, 5, 0]);
  });

  it('counts a unit once, in the lowest phase, whatever the order of batches', async () => {
    await stageRelease(database.db, {
      ...{
        gates: [ERRORS],
        phases: [{ percent: 10 }, { percent: 20 }, { percent: 20, segment: 2 }],
      },
    });
    const seen = (phase: number, arm: 'treatment' | 'control') =>
      releaseSlot({ phase, arm, units: [unitOf(1)], splits: { 'http.errors': [unitOf(1)] } });
    await post('i1', { slots: [eventSlot({ releases: [seen(2, 'treatment')] })] });
    await post('i2', { slots: [eventSlot({ releases: [seen(1, 'control')] })] });
    await post('i3', { slots: [eventSlot({ releases: [seen(2, 'treatment')] })] });
    await post('i4', { slots: [eventSlot({ releases: [seen(3, 'treatment')] })] });
    const { phases } = await totals();
    expect(phases.map(({ firstUnits }) => firstUnits)).toEqual([
      { treatment: 0, control: 1 },
      { treatment: 0, control: 0 },
      { treatment: 1, control: 0 },
    ]);
    expect(phases.map(({ metrics }) => metrics['http.errors']?.firsts)).toEqual([
      { treatment: 0, control: 1 },
      { treatment: 0, control: 0 },
      { treatment: 1, control: 0 },
    ]);
    expect(phases.map(({ units }) => units)).toEqual([
      { treatment: 0, control: 1 },
      { treatment: 1, control: 0 },
      { treatment: 1, control: 0 },
    ]);
  });

  it('counts a unit in both arms of a phase for neither arm, and reports it', async () => {
    await stageRelease(database.db, { gates: [ERRORS] });
    const seen = (arm: 'treatment' | 'control') =>
      releaseSlot({ arm, units: [unitOf(1)], splits: { 'http.errors': [unitOf(1)] } });
    await post('i1', { slots: [eventSlot({ releases: [seen('treatment')] })] });
    await post('i2', { slots: [eventSlot({ releases: [seen('control')] })] });
    const [phase] = (await totals()).phases;
    expect(phase).toMatchObject({
      unitsInBothArms: 1,
      units: { treatment: 1, control: 1 },
      firstUnits: { treatment: 0, control: 0 },
    });
    expect(phase?.metrics['http.errors']?.firsts).toEqual({ treatment: 0, control: 0 });
  });

  it('counts the rest of a batch with a release that is unknown, ended or elsewhere', async () => {
    await stageRelease(database.db, { gates: [ERRORS] });
    await stageRelease(database.db, { id: 'over', state: 'rolled_back' });
    await stageRelease(database.db, { id: 'abroad', environmentId: OTHER_ENVIRONMENT });
    const releases = [
      ...['nothing', 'over', 'abroad'].map((id) => releaseSlot({ id, exposures: 2 })),
      releaseSlot({ phase: 7, exposures: 4 }),
      releaseSlot({ exposures: 1, splits: { other: [unitOf(1)] } }),
    ];
    const flags = { awesome: { on: 3, off: 4 } };
    await post('i1', { slots: [eventSlot({ releases, flags })] });
    expect((await totals()).phases[0]?.exposures).toEqual({ treatment: 1, control: 0 });
    expect(await findings()).toEqual({
      ...{ 'unknown-release': 4, 'ended-release': 2, 'unknown-phase': 4, 'unknown-metric': 1 },
    });
    expect(await series()).toEqual({ 'flag:awesome:on': [3, 0], 'flag:awesome:off': [4, 0] });
  });

  it('counts late events for releases only, and charts future events at present', async () => {
    await stageRelease(database.db, { gates: [ERRORS] });
    const slot = (agoMs: number) =>
      eventSlot({ releases: [releaseSlot({ exposures: 1 })], flags: { a: { on: 5 } } }, agoMs);
    const future = slot(-3_600_000);
    await post('i1', { slots: [slot(2 * 3_600_000), slot(0), future], through: future.to });
    expect((await totals()).phases[0]?.exposures.treatment).toBe(3);
    expect(await series()).toEqual({ 'flag:a:on': [10, 0] });
    expect(await findings()).toEqual({ late: 5, future: 5 });
    const { watermark, live } = await readWatermark(database.db, ENVIRONMENT);
    expect(live).toBe(1);
    expect(watermark?.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
  });

  it('acknowledges a repeat and does not count it', async () => {
    await stageRelease(database.db, { gates: [ERRORS] });
    const slots = [
      eventSlot({
        releases: [releaseSlot({ exposures: 2, units: [unitOf(5)] })],
        metrics: { purchase: { count: 2, sum: 9.5 } },
      }),
    ];
    for (let i = 0; i < 3; i += 1) await post('i1', { slots, unknown: ['awsome'], dropped: 4 });
    expect((await totals()).phases[0]).toMatchObject({
      exposures: { treatment: 2 },
      units: { treatment: 1 },
    });
    expect(await series()).toEqual({ 'metric:purchase': [2, 9.5] });
    expect(await findings()).toEqual({ dropped: 4, 'unknown:awsome': 1 });
  });

  it('stores a batch too large for one transaction, and counts no unit twice', async () => {
    await stageRelease(database.db, { gates: [ERRORS] });
    const all = Array.from({ length: 3_500 }, (_, index) => unitOf(index));
    const entry = (arm: 'treatment' | 'control', units: readonly string[]) =>
      releaseSlot({ arm, exposures: units.length, units });
    const releases = [entry('treatment', all.slice(0, 3_000)), entry('control', all.slice(3_000))];
    for (let i = 0; i < 2; i += 1) await post('i1', { slots: [eventSlot({ releases })] });
    await post('i2', { slots: [eventSlot({ releases })] });
    expect((await totals()).phases[0]).toMatchObject({
      units: { treatment: 3_000, control: 500 },
      firstUnits: { treatment: 3_000, control: 500 },
      exposures: { treatment: 6_000, control: 1_000 },
    });
  });

  it('limits the series of an environment, and counts the rest in one series', async () => {
    const flags = Object.fromEntries(Array.from({ length: 2_100 }, (_, i) => [`f${i}`, { on: 1 }]));
    await post('i1', { slots: [eventSlot({ flags, metrics: { buy: { count: 3, sum: 1 } } })] });
    await post('i1', { seq: 2, slots: [eventSlot({ flags: { f5: { on: 7 } } })] });
    const charts = await series();
    expect(Object.keys(charts)).toHaveLength(2_001);
    expect([charts['flag:f5:on'], charts.overflow]).toEqual([
      [8, 0],
      [103, 1],
    ]);
    expect(await findings()).toEqual({ overflow: 103 });
    const other = new ReportQueue({
      ...{ db: database.db, clock: () => performance.now(), random: () => 0.9 },
    });
    await ingestBatch(other, sender('i2'), eventBatch({ slots: [eventSlot({ flags })] }));
    expect(Object.keys(await series())).toHaveLength(2_001);
  });

  it('limits the names of unknown flags', async () => {
    const unknown = Array.from({ length: 300 }, (_, i) => `missing-${i}`);
    await post('i1', { unknown });
    const found = await findings();
    expect(Object.keys(found)).toHaveLength(201);
    expect(found.unknown).toBe(100);
  });

  it('counts batches with a client key for charts only', async () => {
    await stageRelease(database.db, { gates: [ERRORS] });
    const clients = new ClientBatches(queue);
    const slot = eventSlot({
      releases: [releaseSlot({ exposures: 5, units: [unitOf(1)] })],
      metrics: { buy: { count: 2, sum: 3 } },
    });
    for (let i = 0; i < 3; i += 1) {
      await clients.ingest(sender('browser'), eventBatch({ slots: [slot] }));
    }
    expect((await totals()).phases[0]?.exposures).toEqual({ treatment: 0, control: 0 });
    expect(await series()).toEqual({ 'metric:buy': [2, 3] });
    expect((await readWatermark(database.db, ENVIRONMENT)).live).toBe(0);
  });

  it('stores the other batches of a group when the database rejects one', async () => {
    await stageRelease(database.db, { gates: [ERRORS] });
    const fine = { slots: [eventSlot({ releases: [releaseSlot({ exposures: 1 })] })] };
    const poisoned = eventBatch({ unknown: ['\0'] });
    const posted = await Promise.allSettled([
      post('i1', fine),
      ingestBatch(queue, sender('i2'), poisoned),
      post('i3', fine),
    ]);
    expect(posted.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await totals()).phases[0]?.exposures.treatment).toBe(2);
  });

  it('merges the sketches of all senders', async () => {
    await stageRelease(database.db, { gates: [ERRORS] });
    const sketchOf = (...values: number[]) => {
      const sketch = new Sketch();
      for (const value of values) sketch.add(value);
      return encodeSketch(sketch);
    };
    const slow = (text: string) =>
      eventSlot({ metrics: { 'http.latency': { count: 2, sum: 0, sketch: text } } });
    await Promise.all([
      post('i1', { slots: [slow(sketchOf(10, 20))] }),
      post('i2', { slots: [slow(sketchOf(30, 4_000))] }),
    ]);
    await post('i3', { slots: [slow('no sketch')] });
    const { count, p95 } = await readBaseline(database.db, ENVIRONMENT, 'http.latency');
    expect(count).toBe(4);
    expect(p95).toBeCloseTo(30, -1);
    expect(await findings()).toEqual({ 'malformed-sketch': 1 });
  });
});

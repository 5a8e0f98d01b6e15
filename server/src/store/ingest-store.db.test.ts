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
import { ReportQueue } from '../services/events/report-queue.js';
import { ingestEvents } from '../services/events/ingest-events.js';
import { readReleaseTotals } from './read-models/release-totals.js';
import { readWatermark } from './read-models/watermark.js';

const ERRORS = { metric: 'http.errors', action: 'rollback' };
const RATE = { metric: 'http.error-rate', action: 'pause' };

describe.each(databaseKinds)('what SDKs post, on %s', (kind) => {
  const database = withDatabase(kind);
  let queue: ReportQueue;
  beforeEach(async () => {
    await stageEnvironments(database.db);
    queue = new ReportQueue({
      ...{ db: database.db, clock: () => performance.now(), random: () => 0.5 },
    });
  });

  const post = (instance: string, over: Parameters<typeof eventBatch>[0]) =>
    ingestEvents(queue, sender(instance), eventBatch(over));
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

  it('gives back exposures, people, splits and buckets of each arm', async () => {
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
      ...{ phase: 1, segment: 1, step: 0, share: 0.1, unitsInBothArms: 0 },
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

  it('counts a person once, in the lowest phase, whatever comes first', async () => {
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

  it('counts who was on both sides of a phase for neither, and says how many', async () => {
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

  it('keeps the rest of a batch whose release is unknown, over or elsewhere', async () => {
    await stageRelease(database.db, { gates: [ERRORS] });
    await stageRelease(database.db, { id: 'over', state: 'rolled_back' });
    await stageRelease(database.db, { id: 'abroad', environmentId: OTHER_ENVIRONMENT });
    const releases = [
      ...['nothing', 'over', 'abroad'].map((id) => releaseSlot({ id, exposures: 2 })),
      releaseSlot({ phase: 7, exposures: 4 }),
      releaseSlot({ exposures: 1, splits: { stranger: [unitOf(1)] } }),
    ];
    const flags = { awesome: { on: 3, off: 4 } };
    await post('i1', { slots: [eventSlot({ releases, flags })] });
    expect((await totals()).phases[0]?.exposures).toEqual({ treatment: 1, control: 0 });
    expect(await findings()).toEqual({
      ...{ 'unknown-release': 4, 'ended-release': 2, 'unknown-phase': 4, 'unknown-metric': 1 },
    });
    expect(await series()).toEqual({ 'flag:awesome:on': [3, 0], 'flag:awesome:off': [4, 0] });
  });

  it('takes late events for the comparison and not for charts, and clips the future', async () => {
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
});

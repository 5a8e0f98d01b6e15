import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../../test/support/database.js';
import { ENVIRONMENT, stageEnvironments } from '../../../../test/support/ingest-stage.js';
import { countEvaluations, readMetricSeries, readReleaseSeries } from './metric-series.js';

const HOUR_MS = 3_600_000;
const slotAgo = (ms: number) => new Date(Math.floor((Date.now() - ms) / 300_000) * 300_000);

describe.each(databaseKinds)('metric series on %s', (kind) => {
  const database = withDatabase(kind);
  beforeEach(() => stageEnvironments(database.db));

  const put = (series: string, at: Date, count: number, sum = 0) =>
    database.db.execute(sql`
      insert into metric_slots (replica, environment_id, series, at, count, sum)
      values (1, ${ENVIRONMENT}, ${series}, ${at.toISOString()}::timestamptz, ${count}, ${sum})`);

  it('are returned as points, with the counts of all servers added', async () => {
    const at = slotAgo(HOUR_MS);
    await put('metric:a', at, 2, 5);
    await put('metric:a', new Date(at.getTime() + 10_000), 3, 1);
    await database.db.execute(sql`
      insert into metric_slots (replica, environment_id, series, at, count)
      select 5, environment_id, series, at, 10 from metric_slots`);
    const range = { from: new Date(at.getTime() - 60_000), to: new Date() };
    const points = await readMetricSeries(database.db, {
      ...{ environmentId: ENVIRONMENT, series: ['metric:a', 'metric:b'], ...range },
    });
    expect([...points.keys()]).toEqual(['metric:a']);
    expect(points.get('metric:a')?.map(({ count, sum }) => [count, sum])).toEqual([
      ...[
        [12, 5],
        [13, 1],
      ],
    ]);
  });

  it('compare the arms of a release, phase by phase', async () => {
    const at = slotAgo(HOUR_MS);
    await put('release:r1:1:treatment:$exposures', at, 100, 40);
    await put('release:r1:1:control:$exposures', at, 900, 360);
    await put('release:r1:1:treatment:errors', at, 3);
    await put('release:r1:2:control:slow', at, 50, 4);
    const read = (metric: string, kindOf: 'split' | 'slowShare') =>
      readReleaseSeries(database.db, {
        ...{ environmentId: ENVIRONMENT, releaseId: 'r1', phases: [{ phase: 1 }, { phase: 2 }] },
        ...{ metric, kind: kindOf, from: new Date(at.getTime() - 1), to: new Date() },
      });
    expect(await read('errors', 'split')).toEqual([
      {
        ...{ at: at.toISOString(), phase: 1 },
        ...{ treatment: { count: 3, of: 40 }, control: { count: 0, of: 360 } },
      },
    ]);
    expect(await read('slow', 'slowShare')).toContainEqual({
      ...{ at: at.toISOString(), phase: 2 },
      ...{ treatment: { count: 0, of: 0 }, control: { count: 4, of: 50 } },
    });
  });

  it('count the evaluations of a flag in the last days', async () => {
    await put('flag:a:on', slotAgo(24 * HOUR_MS), 5);
    await put('flag:a:off', slotAgo(HOUR_MS), 6);
    await put('flag:ab:on', slotAgo(HOUR_MS), 100);
    await put('flag:a:on', slotAgo(8 * 24 * HOUR_MS), 1_000);
    const query = { environmentIds: [ENVIRONMENT], flag: 'a', variants: ['on', 'off'] };
    expect(await countEvaluations(database.db, query, 7)).toBe(11);
  });
});

import { encodeSketch, Sketch } from '@sluice/sdk/protocol';
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../test/support/database.js';
import {
  ENVIRONMENT,
  stageEnvironments,
  stageRelease,
} from '../../../test/support/ingest-stage.js';
import {
  countEvaluations,
  readMetricSeries,
  readReleaseSeries,
} from '../store/read-models/metric-series.js';
import { tidyIngested } from './upkeep.js';

const HOUR_MS = 3_600_000;
const slotAgo = (ms: number) => new Date(Math.floor((Date.now() - ms) / 300_000) * 300_000);

describe.each(databaseKinds)('old counts on %s', (kind) => {
  const database = withDatabase(kind);
  beforeEach(() => stageEnvironments(database.db));

  const put = (series: string, at: Date, count: number, sum = 0, text: string | null = null) =>
    database.db.execute(sql`
      insert into metric_slots (replica, environment_id, series, at, count, sum, sketch)
      values (1, ${ENVIRONMENT}, ${series}, ${at.toISOString()}::timestamptz, ${count}, ${sum},
        convert_to(${text}::text, 'UTF8'))`);
  const rows = () =>
    database.db.execute<{
      series: string;
      seconds: number;
      count: number;
      text: string | null;
    }>(sql`
      select series, seconds, count::int as count, convert_from(sketch, 'UTF8') as text
      from metric_slots order by series, at`);
  const one = (value: number) => {
    const sketch = new Sketch();
    sketch.add(value);
    return encodeSketch(sketch);
  };

  it('become five-minute counts after six hours, with nothing lost', async () => {
    const old = slotAgo(8 * HOUR_MS);
    for (let i = 0; i < 40; i += 1) {
      await put('metric:a', new Date(old.getTime() + i * 10_000), 2, 1.5, one(10 + i));
    }
    await put('metric:a', slotAgo(HOUR_MS), 7);
    await tidyIngested(database.db);
    const merged = await rows();
    expect(merged.map(({ seconds, count }) => [seconds, count])).toEqual([
      ...[
        [300, 60],
        [300, 20],
        [10, 7],
      ],
    ]);
    expect(merged[0]?.text?.split(',')).toHaveLength(30);
    await put('metric:a', new Date(old.getTime() + 10_000), 5, 0, one(10));
    await tidyIngested(database.db);
    expect((await rows()).map(({ count }) => count)).toEqual([65, 20, 7]);
  });

  it('are thrown away after thirty days', async () => {
    await put('metric:a', slotAgo(31 * 24 * HOUR_MS), 1);
    await put('metric:a', slotAgo(29 * 24 * HOUR_MS), 2);
    await tidyIngested(database.db);
    expect((await rows()).map(({ count }) => count)).toEqual([2]);
  });

  it('forget who was in a release that is over, not how many', async () => {
    await stageRelease(database.db, { id: 'runs' });
    await stageRelease(database.db, { id: 'over', state: 'completed' });
    await database.db.execute(sql`
      insert into release_seen (release_id, metric, scope, unit, phase, arm)
      select id, '$first', 1, unit, 1, 1 from generate_series(1, 2500) as unit,
        (values ('runs'), ('over'), ('deleted')) as known (id)`);
    await tidyIngested(database.db);
    const kept = await database.db.execute(sql`
      select release_id, count(*)::int as people from release_seen group by 1`);
    expect(kept).toEqual([{ release_id: 'runs', people: 2_500 }]);
  });

  it('are read back as points, of all servers', async () => {
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

  it('show a metric of a release side by side, phase by phase', async () => {
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

  it('say how often a flag was evaluated lately', async () => {
    await put('flag:a:on', slotAgo(24 * HOUR_MS), 5);
    await put('flag:a:off', slotAgo(HOUR_MS), 6);
    await put('flag:ab:on', slotAgo(HOUR_MS), 100);
    await put('flag:a:on', slotAgo(8 * 24 * HOUR_MS), 1_000);
    const query = { environmentIds: [ENVIRONMENT], flag: 'a', variants: ['on', 'off'] };
    expect(await countEvaluations(database.db, query, 7)).toBe(11);
  });
});

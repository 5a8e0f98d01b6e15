import { encodeSketch, Sketch } from '@sluice/sdk/protocol';
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../test/support/database.js';
import {
  ENVIRONMENT,
  stageEnvironments,
  stageRelease,
} from '../../../test/support/ingest-stage.js';
import { tidyIngested } from './upkeep.js';

const HOUR_MS = 3_600_000;
const slotAgo = (ms: number) => new Date(Math.floor((Date.now() - ms) / 300_000) * 300_000);

describe.each(databaseKinds)('upkeep of counts on %s', (kind) => {
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

  it('merges slots into five minutes after six hours, and loses no count', async () => {
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

  it('deletes slots after thirty days', async () => {
    await put('metric:a', slotAgo(31 * 24 * HOUR_MS), 1);
    await put('metric:a', slotAgo(29 * 24 * HOUR_MS), 2);
    await tidyIngested(database.db);
    expect((await rows()).map(({ count }) => count)).toEqual([2]);
  });

  it('deletes the units of releases that have ended', async () => {
    await stageRelease(database.db, { id: 'runs' });
    await stageRelease(database.db, { id: 'over', state: 'completed' });
    await database.db.execute(sql`
      insert into release_seen (release_id, metric, scope, unit, phase, arm)
      select id, '$first', 1, unit, 1, 1 from generate_series(1, 2500) as unit,
        (values ('runs'), ('over'), ('deleted')) as known (id)`);
    await tidyIngested(database.db);
    const kept = await database.db.execute(sql`
      select release_id, count(*)::int as units from release_seen group by 1`);
    expect(kept).toEqual([{ release_id: 'runs', units: 2_500 }]);
  });
});

import { encodeSketch, Sketch } from '@sluice/sdk/protocol';
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../../test/support/database.js';
import { stageEnvironments, stageRelease } from '../../../../test/support/ingest-stage.js';
import { readReleaseQuantiles } from './release-quantiles.js';

describe.each(databaseKinds)('quantiles of a release on %s', (kind) => {
  const database = withDatabase(kind);
  beforeEach(async () => {
    await stageEnvironments(database.db);
    await stageRelease(database.db, { id: 'r1' });
  });

  const put = (replica: number, arm: number, from: number, to: number) => {
    const sketch = new Sketch();
    for (let value = from; value <= to; value++) sketch.add(value);
    return database.db.execute(sql`
      insert into release_totals (replica, release_id, metric, phase, arm, sketch)
      values (${replica}, 'r1', 'http.latency', 1, ${arm},
        convert_to(${encodeSketch(sketch)}::text, 'UTF8'))`);
  };

  it('are those of all servers together, by phase and side, with their bands', async () => {
    await put(1, 1, 1, 500);
    await put(2, 1, 501, 1000);
    await put(1, 0, 1, 10);
    const quantiles = await readReleaseQuantiles(database.db, 'r1', 'http.latency');
    const places = quantiles.map(({ arm, quantile, count }) => `${arm} ${quantile} ${count}`);
    expect(places).toEqual([
      ...['treatment 0.5 1000', 'treatment 0.95 1000', 'treatment 0.99 1000'],
      ...['control 0.5 10', 'control 0.95 10', 'control 0.99 10'],
    ]);
    const { value = 0, lower = 0, upper = 0 } = quantiles[1] ?? {};
    expect(Math.abs(value / 950 - 1)).toBeLessThan(0.02);
    expect(Math.abs(lower / 925 - 1)).toBeLessThan(0.02);
    expect(Math.abs(upper / 971 - 1)).toBeLessThan(0.02);
  });

  it('are none where no values are gathered', async () => {
    expect(await readReleaseQuantiles(database.db, 'r1', 'http.errors')).toEqual([]);
    expect(await readReleaseQuantiles(database.db, 'other', 'http.latency')).toEqual([]);
  });
});

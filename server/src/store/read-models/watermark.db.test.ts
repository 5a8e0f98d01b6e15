import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../../test/support/database.js';
import {
  ENVIRONMENT,
  OTHER_ENVIRONMENT,
  sender,
  stageEnvironments,
} from '../../../../test/support/ingest-stage.js';
import { storeReports } from '../instance-store.js';
import { readWatermark } from './watermark.js';

const BASE = { epoch: null, revision: null, waitedMs: 0 };

describe.each(databaseKinds)('up to when events have come, on %s', (kind) => {
  const database = withDatabase(kind);
  beforeEach(() => stageEnvironments(database.db));

  const report = (id: string, through: number | null, environmentId = ENVIRONMENT) =>
    storeReports(database.db, [{ ...sender(id, environmentId), ...BASE, seq: 1, through }]);
  const age = (id: string, seconds: number) =>
    database.db.execute(sql`
      update instances set last_seen_at = now() - ${seconds}::int * interval '1 second'
      where id = ${id}`);

  it('is what the slowest of the live instances says', async () => {
    const now = Date.now();
    await report('fast', now - 1_000);
    await report('slow', now - 20_000);
    await report('old-sdk', null);
    await report('elsewhere', now - 60_000, OTHER_ENVIRONMENT);
    expect(await readWatermark(database.db, ENVIRONMENT)).toEqual({
      ...{ watermark: new Date(now - 20_000), live: 3, silent: [] },
    });
  });

  it('does not wait for who is gone, but names them', async () => {
    const now = Date.now();
    await report('here', now - 1_000);
    await report('leaving', now - 70_000);
    await report('gone', now - 300_000);
    await report('never-sent', null);
    await age('leaving', 70);
    await age('gone', 300);
    await age('never-sent', 300);
    expect(await readWatermark(database.db, ENVIRONMENT)).toEqual({
      ...{ watermark: new Date(now - 1_000), live: 1, silent: ['shop gone'] },
    });
  });

  it('is unknown while nobody sends events, never goes back and never lies ahead', async () => {
    expect((await readWatermark(database.db, ENVIRONMENT)).watermark).toBeNull();
    const now = Date.now();
    await report('one', now + 3_600_000);
    const first = (await readWatermark(database.db, ENVIRONMENT)).watermark;
    expect(first?.getTime()).toBeLessThan(Date.now() + 1_000);
    await storeReports(database.db, [{ ...sender('one'), ...BASE, seq: 2, through: now - 60_000 }]);
    expect((await readWatermark(database.db, ENVIRONMENT)).watermark).toEqual(first);
  });
});

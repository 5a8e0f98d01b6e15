import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../../test/support/database.js';
import {
  ENVIRONMENT,
  OTHER_ENVIRONMENT,
  stageEnvironments,
  stageRelease,
} from '../../../../test/support/ingest-stage.js';
import { readReleaseGlances } from './release-glance.js';
import { readLatestTicks } from './release-ticks.js';

describe.each(databaseKinds)('a release at a glance on %s', (kind) => {
  const database = withDatabase(kind);

  beforeAll(async () => {
    const { db } = database;
    await stageEnvironments(db);
    await stageRelease(db, { id: 'up', state: 'running' });
    await stageRelease(db, { id: 'back', state: 'rolled_back' });
    await stageRelease(db, { id: 'done', state: 'completed' });
    const tick = (at: string, metric: string, status: string) =>
      db.execute(sql`
        insert into gate_ticks (release_id, metric, at, status, value, message)
        values ('up', ${metric}, ${at}::timestamptz, ${status}, 1.5, null)`);
    await tick('2026-01-01T12:00:00Z', 'cpu', 'OK');
    await tick('2026-01-01T12:00:30Z', 'cpu', 'BREACH');
    await tick('2026-01-01T12:00:10Z', 'health', 'OK');
  });

  it('is shown while it has not ended, and after it was rolled back', async () => {
    const glance = await readReleaseGlances(database.db, ['flag-up', 'flag-back', 'flag-done']);
    expect(glance('flag-up', ENVIRONMENT)).toEqual({ state: 'running', percent: 10 });
    expect(glance('flag-back', ENVIRONMENT)).toMatchObject({ state: 'rolled_back' });
    expect(glance('flag-done', ENVIRONMENT)).toBeNull();
    expect(glance('flag-up', OTHER_ENVIRONMENT)).toBeNull();
  });

  it('is the latest release: a completed one hides the rollback before it', async () => {
    await database.db.execute(sql`
      insert into releases (id, project_id, environment_id, flag_id, rule_id, state, plan, percent,
        start_percent, salt, created_by, created_at)
      select 'again', project_id, environment_id, flag_id, rule_id, 'completed', plan, 100,
        start_percent, salt, created_by, created_at + interval '1 minute'
      from releases where id = 'back'`);
    const glance = await readReleaseGlances(database.db, ['flag-back']);
    expect(glance('flag-back', ENVIRONMENT)).toBeNull();
  });

  it('has what each query and probe said last', async () => {
    const ticksOf = await readLatestTicks(database.db, ['up', 'back']);
    expect(ticksOf('up').map(({ metric, status, at }) => [metric, status, at])).toEqual([
      ['cpu', 'BREACH', '2026-01-01T12:00:30.000Z'],
      ['health', 'OK', '2026-01-01T12:00:10.000Z'],
    ]);
    expect(ticksOf('back')).toEqual([]);
  });
});

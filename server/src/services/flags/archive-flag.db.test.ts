import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../../test/support/database.js';
import { ENVIRONMENT, stageEnvironments } from '../../../../test/support/ingest-stage.js';
import { contextOn, grantOn } from '../../../../test/support/verbs.js';
import { archiveFlag } from './archive-flag.js';
import { createFlag } from './create-flag.js';

describe.each(databaseKinds)('archiving a flag on %s', (kind) => {
  const database = withDatabase(kind);
  const begin = async () => {
    const ctx = contextOn(database.db);
    const grant = await grantOn(ctx, 'p1');
    await createFlag(ctx, grant, { key: 'used' });
    return { ctx, grant };
  };
  const evaluate = (variant: string, daysAgo: number) =>
    database.db.execute(sql`
      insert into metric_slots (replica, environment_id, series, at, count)
      values (1, ${ENVIRONMENT}, ${`flag:used:${variant}`},
        now() - ${daysAgo}::int * interval '1 day', 21)`);
  beforeEach(() => stageEnvironments(database.db));

  it('is rejected while the flag is evaluated, with the number of evaluations', async () => {
    const { ctx, grant } = await begin();
    await evaluate('off', 6);
    await expect(archiveFlag(ctx, grant, { key: 'used', reason: 'old' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('was evaluated 21 times in the last 7 days'),
    });
  });

  it('is possible while the flag is evaluated, with force and a reason', async () => {
    const { ctx, grant } = await begin();
    await evaluate('on', 0);
    await expect(archiveFlag(ctx, grant, { key: 'used', force: true })).rejects.toMatchObject({
      ...{ code: 'VALIDATION_FAILED', details: { errors: [{ pointer: '/reason' }] } },
    });
    const forced = { key: 'used', force: true, reason: 'its code is gone' };
    expect((await archiveFlag(ctx, grant, forced)).archivedAt).not.toBeNull();
  });

  it('needs no reason after a week without evaluations', async () => {
    const { ctx, grant } = await begin();
    await evaluate('on', 8);
    expect((await archiveFlag(ctx, grant, { key: 'used' })).archivedAt).not.toBeNull();
  });
});

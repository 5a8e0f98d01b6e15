import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../../test/support/database.js';
import { stageEnvironments } from '../../../../test/support/ingest-stage.js';
import { readTraffic } from './release-definitions.js';

describe.each(databaseKinds)('the traffic of a flag on %s', (kind) => {
  const database = withDatabase(kind);
  beforeEach(async () => {
    const { db } = database;
    await stageEnvironments(db);
    for (const key of ['pay', 'pay-2']) {
      await db.execute(sql`
        insert into flags (id, project_id, key, name, type, seed, variants)
        select ${`flag-${key}`}, project_id, ${key}, ${key}, 'boolean', ${key},
          '{"off": false, "on": true}'
        from environments where id = 'env-1'`);
    }
  });

  const count = (environmentId: string, series: string, hoursAgo: number, replica = 0) =>
    database.db.execute(sql`
      insert into metric_slots (replica, environment_id, series, at, count)
      values (${replica}, ${environmentId}, ${series},
        now() - ${hoursAgo}::float8 * interval '1 hour', 5)`);

  it('is what all its variants were evaluated in a day, on all servers, and of no other flag', async () => {
    await count('env-1', 'flag:pay:on', 2);
    await count('env-1', 'flag:pay:on', 1, 3);
    await count('env-1', 'flag:pay:off', 10);
    await count('env-1', 'flag:pay:off', 25);
    await count('env-1', 'flag:pay-2:on', 1);
    await count('env-1', 'metric:pay', 1);
    await count('env-2', 'flag:pay:on', 1);
    const { evaluations, hours } = await readTraffic(database.db, 'env-1', 'pay');
    expect(evaluations).toBe(15);
    expect(hours).toBeCloseTo(10, 1);
  });

  it('is nothing where nobody asked for the flag, or there is none', async () => {
    const nothing = { evaluations: 0, hours: 0 };
    expect(await readTraffic(database.db, 'env-1', 'pay')).toEqual(nothing);
    expect(await readTraffic(database.db, 'env-1', 'unheard-of')).toEqual(nothing);
  });
});

import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../../test/support/database.js';
import { stageEnvironments } from '../../../../test/support/ingest-stage.js';
import { readTraffic } from './release-traffic.js';

describe.each(databaseKinds)('the traffic of an environment on %s', (kind) => {
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

  it('estimates the units from all variants of the flag, on all servers, and of no other flag', async () => {
    await count('env-1', 'flag:pay:on', 2);
    await count('env-1', 'flag:pay:on', 1, 3);
    await count('env-1', 'flag:pay:off', 10);
    await count('env-1', 'flag:pay:off', 25);
    await count('env-1', 'flag:pay-2:on', 1);
    await count('env-1', 'metric:pay', 1);
    await count('env-2', 'flag:pay:on', 1);
    const { units, unitsPerHour } = await readTraffic(database.db, 'env-1', 'pay', []);
    expect(units).toBe(1.5);
    expect(unitsPerHour).toBeCloseTo(0.15, 2);
  });

  it('returns the asked events and the requests of the last day', async () => {
    await count('env-1', 'metric:buy', 1);
    await count('env-1', 'metric:buy', 2, 3);
    await count('env-1', 'metric:buy', 25);
    await count('env-1', 'metric:other', 1);
    await count('env-1', 'metric:http.latency', 1);
    await count('env-2', 'metric:buy', 1);
    const traffic = await readTraffic(database.db, 'env-1', 'pay', ['buy', 'sell']);
    expect(Object.fromEntries(traffic.events)).toEqual({ buy: 10, sell: 0 });
    expect(traffic).toMatchObject({ requests: 5, units: 0, unitsPerHour: 0 });
  });

  it('is zero for a flag that is never evaluated, or that does not exist', async () => {
    const nothing = { units: 0, unitsPerHour: 0, requests: 0 };
    expect(await readTraffic(database.db, 'env-1', 'pay', [])).toMatchObject(nothing);
    expect(await readTraffic(database.db, 'env-1', 'unheard-of', [])).toMatchObject(nothing);
  });
});

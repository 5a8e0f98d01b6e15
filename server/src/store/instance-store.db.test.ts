import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../test/support/database.js';
import type { EnvironmentGrant } from '../domain/grant.js';
import type { Db } from './db.js';
import {
  countLiveInstances,
  type InstanceReport,
  pruneHistory,
  refreshInstances,
  storeReports,
} from './instance-store.js';
import { listInstances } from './read-models/instances.js';

const ENVIRONMENT = 'env-1';
const grant = { environmentId: ENVIRONMENT } as EnvironmentGrant<'project:read'>;
const FIRST_PAGE = { limit: 100, after: null };

const report = (instanceId: string, over: Partial<InstanceReport> = {}): InstanceReport => ({
  ...{
    environmentId: ENVIRONMENT,
    instanceId,
    service: 'shop',
    serviceVersion: '1',
    sdk: 'node/1',
  },
  ...{ seq: 1, epoch: 'E1', revision: 5, waitedMs: 0 },
  ...over,
});

async function makeEnvironment(db: Db): Promise<void> {
  await db.execute(sql`delete from projects`);
  await db.execute(sql`insert into projects (id, key, name) values ('p1', 'p1', 'p1')`);
  await db.execute(sql`
    insert into environments (id, project_id, key, name, epoch, revision)
    values (${ENVIRONMENT}, 'p1', 'production', 'Production', 'E1', 5)`);
}

async function makeKill(db: Db, revision: number): Promise<void> {
  await db.execute(sql`
    insert into revision_changes values
      (${ENVIRONMENT}, ${revision}, now(), array['a'], array[]::text[], array['a'])`);
}

async function receiptsOf(db: Db) {
  return db.execute<{ instance_id: string; revision: number; age_ms: number }>(sql`
    select instance_id, revision::int as revision,
      extract(epoch from clock_timestamp() - received_at)::float8 * 1000 as age_ms
    from receipts order by instance_id, revision`);
}

const age = (db: Db, id: string, interval: string) =>
  db.execute(
    sql`update instances set last_seen_at = now() - ${interval}::interval where id = ${id}`,
  );

describe.each(databaseKinds)('reports of instances on %s', (kind) => {
  const database = withDatabase(kind);
  beforeEach(() => makeEnvironment(database.db));

  it('create an instance with its own description', async () => {
    const { db } = database;
    await storeReports(db, [report('i1'), report('i2', { epoch: null, revision: null })]);
    const instances = await listInstances(db, grant, FIRST_PAGE);
    expect(instances).toMatchObject([
      {
        ...{ id: 'i1', service: 'shop', serviceVersion: '1', sdk: 'node/1' },
        ...{ applied: { epoch: 'E1', revision: 5 }, connected: true, state: 'live' },
      },
      { id: 'i2', applied: null },
    ]);
  });

  it('count a repeated batch once, whatever it contains', async () => {
    const { db } = database;
    await storeReports(db, [report('i1', { seq: 2, revision: 7 })]);
    await storeReports(db, [report('i1', { seq: 2, revision: 99 })]);
    await storeReports(db, [report('i1', { seq: 1, revision: 98 })]);
    const [instance] = await listInstances(db, grant, FIRST_PAGE);
    expect(instance?.applied?.revision).toBe(7);
  });

  it('never move back within an epoch, and follow a new epoch to any revision', async () => {
    const { db } = database;
    await storeReports(db, [report('i1', { seq: 1, revision: 7 })]);
    await storeReports(db, [report('i1', { seq: 2, revision: 6 })]);
    expect((await listInstances(db, grant, FIRST_PAGE))[0]?.applied?.revision).toBe(7);
    await storeReports(db, [report('i1', { seq: 3, epoch: 'E2', revision: 2 })]);
    const [instance] = await listInstances(db, grant, FIRST_PAGE);
    expect(instance?.applied).toMatchObject({ epoch: 'E2', revision: 2 });
  });

  it('keep the batch number and the revision when a stream opens without a number', async () => {
    const { db } = database;
    await storeReports(db, [report('i1', { seq: 4, revision: 7 })]);
    await storeReports(db, [report('i1', { seq: null, epoch: null, revision: null })]);
    await storeReports(db, [report('i1', { seq: 4, revision: 9 })]);
    const [instance] = await listInstances(db, grant, FIRST_PAGE);
    expect(instance?.applied?.revision).toBe(7);
  });

  it('store one receipt for a kill and none for other changes', async () => {
    const { db } = database;
    await makeKill(db, 6);
    await storeReports(db, [report('i1', { seq: 1, revision: 5 })]);
    expect(await receiptsOf(db)).toHaveLength(0);
    await storeReports(db, [report('i1', { seq: 2, revision: 6, waitedMs: 500 })]);
    await storeReports(db, [report('i1', { seq: 3, revision: 7 })]);
    const receipts = await receiptsOf(db);
    expect(receipts).toMatchObject([{ instance_id: 'i1', revision: 6 }]);
    expect(receipts[0]?.age_ms).toBeGreaterThanOrEqual(500);
  });

  it('confirm a skipped kill by a later revision', async () => {
    const { db } = database;
    await makeKill(db, 6);
    await storeReports(db, [report('i1', { seq: 1, revision: 9 })]);
    expect(await receiptsOf(db)).toMatchObject([{ instance_id: 'i1', revision: 9 }]);
  });

  it('are stored although one of the group belongs to a deleted environment', async () => {
    const { db } = database;
    await storeReports(db, [report('i1'), report('i2', { environmentId: 'gone' })]);
    expect(await listInstances(db, grant, FIRST_PAGE)).toHaveLength(1);
  });

  it('are stored in one statement for a thousand instances', async () => {
    const { db } = database;
    const many = Array.from({ length: 1_000 }, (_, i) => report(`i${String(i).padStart(4, '0')}`));
    await storeReports(db, many);
    expect((await countLiveInstances(db)).get(ENVIRONMENT)).toBe(1_000);
    const page = await listInstances(db, grant, { limit: 2, after: 'i0997' });
    expect(page.map(({ id }) => id)).toEqual(['i0998', 'i0999']);
  });
});

describe.each(databaseKinds)('the list of instances on %s', (kind) => {
  const database = withDatabase(kind);
  beforeEach(async () => {
    await makeEnvironment(database.db);
    await storeReports(database.db, [report('i1'), report('i2'), report('i3')]);
  });

  it('marks an instance silent after 90 s without a report and drops it after a day', async () => {
    const { db } = database;
    await age(db, 'i1', '70 seconds');
    await age(db, 'i2', '100 seconds');
    await age(db, 'i3', '25 hours');
    expect(await listInstances(db, grant, FIRST_PAGE)).toMatchObject([
      { id: 'i1', state: 'live', connected: false },
      { id: 'i2', state: 'silent', connected: false },
    ]);
    expect((await countLiveInstances(db)).get(ENVIRONMENT)).toBeUndefined();
  });

  it('keeps an instance with an open stream live', async () => {
    const { db } = database;
    await age(db, 'i1', '100 seconds');
    await refreshInstances(db, [{ environmentId: ENVIRONMENT, instanceId: 'i1' }]);
    expect((await listInstances(db, grant, FIRST_PAGE))[0]).toMatchObject({ state: 'live' });
  });

  it('loses only old entries when history is pruned', async () => {
    const { db } = database;
    await makeKill(db, 6);
    await storeReports(db, [report('i1', { seq: 2, revision: 6 })]);
    await storeReports(db, [report('i2', { seq: 2, revision: 6 })]);
    await age(db, 'i3', '25 hours');
    await db.execute(sql`
      update receipts set received_at = now() - interval '8 days' where instance_id = 'i1'`);
    await pruneHistory(db);
    expect((await listInstances(db, grant, FIRST_PAGE)).map(({ id }) => id)).toEqual(['i1', 'i2']);
    expect((await receiptsOf(db)).map((row) => row.instance_id)).toEqual(['i2']);
    await db.execute(sql`update revision_changes set at = now() - interval '8 days'`);
    await pruneHistory(db);
    expect(await db.execute(sql`select from revision_changes`)).toHaveLength(0);
  });
});

import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../test/support/database.js';
import { eventBatch } from '../../../test/support/ingest-stage.js';
import { AppError } from '../domain/errors.js';
import type { EnvironmentGrant } from '../domain/grant.js';
import { listInstances } from '../store/read-models/instances.js';
import { ingestBatch } from './ingest-batch.js';
import { ReportQueue } from './queue.js';

const ENVIRONMENT = 'env-1';
const grant = { environmentId: ENVIRONMENT } as EnvironmentGrant<'project:read'>;
const sender = (instanceId: string) => ({
  ...{
    environmentId: ENVIRONMENT,
    instanceId,
    service: 'shop',
    serviceVersion: '1',
    sdk: 'node/1',
  },
});
const batch = (seq: number, revision = seq) =>
  eventBatch({ seq, applied: { epoch: 'E1', revision } });

describe.each(databaseKinds)('the report queue on %s', (kind) => {
  const database = withDatabase(kind);
  let queue: ReportQueue;

  beforeEach(async () => {
    const { db } = database;
    await db.execute(sql`delete from projects`);
    await db.execute(sql`insert into projects (id, key, name) values ('p1', 'p1', 'p1')`);
    await db.execute(sql`
      insert into environments (id, project_id, key, name, epoch)
      values (${ENVIRONMENT}, 'p1', 'production', 'Production', 'E1')`);
    queue = new ReportQueue({ db, clock: () => performance.now(), random: () => 0.5 });
  });

  const instances = () => listInstances(database.db, grant, { limit: 200, after: null });

  it('stores a thousand simultaneous batches in a few commits', async () => {
    const before = await commitsOf();
    const ids = Array.from({ length: 1_000 }, (_, i) => `i${i}`);
    const acks = await Promise.all(ids.map((id) => ingestBatch(queue, sender(id), batch(1))));
    expect(acks).toHaveLength(1_000);
    const [{ count } = { count: 0 }] = await database.db.execute<{ count: number }>(sql`
      select count(*)::int as count from instances where applied_revision = 1`);
    expect(count).toBe(1_000);
    expect((await commitsOf()) - before).toBeLessThan(20);
  });

  /** Number of commits that wrote to instances, taken from the transaction ids of the rows. */
  async function commitsOf(): Promise<number> {
    const [row] = await database.db.execute<{ commits: number }>(sql`
      select count(distinct xmin::text)::int as commits from instances`);
    return row?.commits ?? 0;
  }

  it('acknowledges a batch only after it is stored', async () => {
    await ingestBatch(queue, sender('i1'), batch(1, 7));
    expect(await instances()).toMatchObject([{ id: 'i1', applied: { revision: 7 } }]);
  });

  it('stores the batches of one sender in order, however fast it sends', async () => {
    const seqs = [1, 2, 3, 4, 5];
    await Promise.all(seqs.map((seq) => ingestBatch(queue, sender('i1'), batch(seq))));
    expect(await instances()).toMatchObject([{ applied: { revision: 5 } }]);
  });

  it('rejects a batch that it cannot store, and stores its repeat', async () => {
    const { db } = database;
    await db.execute(sql`alter table instances rename to hidden`);
    await expect(ingestBatch(queue, sender('i1'), batch(1))).rejects.toThrow();
    await db.execute(sql`alter table hidden rename to instances`);
    expect(await ingestBatch(queue, sender('i1'), batch(1))).toEqual({ seq: 1 });
  });

  it('rejects a batch when the oldest has waited too long, and counts outcomes', async () => {
    const { db } = database;
    let now = 0;
    const times: number[] = [];
    queue = new ReportQueue({
      db,
      clock: () => now,
      random: () => 0.5,
      onStored: (ms) => times.push(ms),
    });
    const first = ingestBatch(queue, sender('i1'), batch(1));
    now = 5_001;
    const late = ingestBatch(queue, sender('i2'), batch(1));
    await expect(late).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await first;
    await ingestBatch(queue, sender('i2'), batch(1));
    await ingestBatch(queue, sender('i2'), batch(1));
    await db.execute(sql`alter table instances rename to hidden`);
    await expect(ingestBatch(queue, sender('i3'), batch(1))).rejects.toThrow();
    await db.execute(sql`alter table hidden rename to instances`);
    expect(queue.counts).toMatchObject({ stored: 2, repeated: 1, refused: 1, failed: 1 });
    expect(times[0]).toBe(5_001);
  });

  it('rejects a report when it is full, with a time to retry', async () => {
    const waiting = Array.from({ length: 20_000 }, (_, i) =>
      queue.add({ ...sender(`i${i % 500}`), seq: i, epoch: null, revision: null }),
    );
    const rejection = await queue
      .add({ ...sender('late'), seq: 1, epoch: null, revision: null })
      .catch((error: unknown) => error);
    expect(rejection).toBeInstanceOf(AppError);
    expect(rejection).toMatchObject({ code: 'UNAVAILABLE', details: { retryAfterSeconds: 3 } });
    expect(queue.size).toBe(20_000);
    await Promise.all(waiting);
    await queue.drain();
    expect(queue.size).toBe(0);
  });
});

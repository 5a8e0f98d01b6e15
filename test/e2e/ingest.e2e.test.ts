import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../server/src/store/open-database.js';
import { readReleaseTotals } from '../../server/src/store/read-models/release-totals.js';
import { databaseKinds, type FreshDatabase, migratedDatabase } from '../support/database.js';
import { type Fault, FaultProxy } from '../support/fault-proxy.js';
import {
  eventBatch,
  eventSlot,
  releaseSlot,
  stageRelease,
  unitOf,
} from '../support/ingest-stage.js';
import { seededRandom } from '../support/seeded-random.js';
import {
  findFreePort,
  type RunningServer,
  type StartServer,
  startServer,
} from '../support/server.js';

const INSTANCES = 5;
const BATCHES_EACH = 40;
const EXPOSURES = 7;
const CRASHES = 6;
const SEED = 20_260_103;
/** The server has stored what the sender never hears of. */
const ANSWER_LOST: Fault = { kind: 'cut', afterBytes: 0 };

describe.each(databaseKinds)('a server on %s that is killed while SDKs post', (kind) => {
  let fresh: FreshDatabase;
  let server: RunningServer | undefined;
  let proxy: FaultProxy;

  beforeEach(async () => {
    fresh = await migratedDatabase(kind);
    proxy = await FaultProxy.start(() => server?.port ?? 1);
  });
  afterEach(async () => {
    await proxy.close();
    await server?.kill('SIGKILL');
    await fresh.remove();
  });

  const inDatabase = async <T>(work: (db: Awaited<ReturnType<typeof openDatabase>>['db']) => T) => {
    const database = await openDatabase(fresh.options);
    try {
      return await work(database.db);
    } finally {
      await database.close();
    }
  };

  it('counts every event once', async () => {
    const options: StartServer = {
      dataDir: fresh.options.dataDirectory,
      ...(fresh.options.url === undefined ? {} : { databaseUrl: fresh.options.url }),
      port: await findFreePort(),
      ...{ adminKey: randomUUID().repeat(2), serverKey: randomUUID().repeat(2) },
    };
    await (await startServer(options)).stop();
    await inDatabase(async (db) => {
      const [place] = await db.execute<{ projectId: string; environmentId: string }>(sql`
        select project_id as "projectId", id as "environmentId" from environments
        where key = 'production'`);
      await stageRelease(db, { ...place, gates: [{ metric: 'http.errors', action: 'pause' }] });
    });
    server = await startServer(options);
    const random = seededRandom(SEED);
    const sending = Array.from({ length: INSTANCES }, (_, index) =>
      sendAll(proxy, options.serverKey ?? '', index),
    );
    let lost = 0;
    for (let crash = 0; crash < CRASHES; crash += 1) {
      await pause(random() * 300);
      proxy.fault = ANSWER_LOST;
      await pause(50 + random() * 200);
      await server.kill('SIGKILL');
      proxy.fault = { kind: 'none' };
      server = await startServer(options);
    }
    for (const tries of await Promise.all(sending)) lost += tries;
    expect(lost).toBeGreaterThan(0);
    await server.stop();
    server = undefined;
    const [phase] = (await inDatabase((db) => readReleaseTotals(db, 'r1'))).phases;
    const batches = INSTANCES * BATCHES_EACH;
    expect(phase).toMatchObject({
      exposures: { treatment: batches * EXPOSURES, control: 0 },
      units: { treatment: batches, control: 0 },
      metrics: { 'http.errors': { firsts: { treatment: batches, control: 0 } } },
    });
  });
});

/** Posts as an SDK does, the same batch until it is acknowledged; answers how often it had to. */
async function sendAll(proxy: FaultProxy, key: string, index: number): Promise<number> {
  const instance = randomUUID();
  let repeats = 0;
  for (let seq = 1; seq <= BATCHES_EACH; seq += 1) {
    const unit = unitOf(index * BATCHES_EACH + seq);
    const entry = releaseSlot({
      ...{ exposures: EXPOSURES, units: [unit], splits: { 'http.errors': [unit] } },
    });
    const body = JSON.stringify(eventBatch({ seq, slots: [eventSlot({ releases: [entry] })] }));
    while (!(await post(proxy, { key, instance, body }))) {
      repeats += 1;
      await pause(25);
    }
  }
  return repeats;
}

async function post(
  { url }: FaultProxy,
  { key, instance, body }: { readonly key: string; readonly instance: string; body: string },
): Promise<boolean> {
  const headers = {
    ...{ Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    ...{ 'Sluice-Instance': instance, Connection: 'close' },
  };
  const signal = AbortSignal.timeout(5_000);
  const request = { method: 'POST', headers, body, signal };
  const answer = await fetch(`${url}/sdk/v1/events`, request).catch(() => null);
  await answer?.text().catch(() => undefined);
  return answer?.status === 200;
}

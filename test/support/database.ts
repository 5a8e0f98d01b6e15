import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll } from 'vitest';
import { createLog } from '../../server/src/log.js';
import {
  type Database,
  type DatabaseOptions,
  openDatabase,
} from '../../server/src/store/open-database.js';
import { postgresUrl } from './postgres.js';

export const databaseKinds = ['embedded', 'postgres'] as const;
export type DatabaseKind = (typeof databaseKinds)[number];

/** Options of a database that nobody used before, and how to throw it away. */
export interface FreshDatabase {
  readonly options: DatabaseOptions;
  readonly remove: () => Promise<void>;
}

export async function freshDatabase(kind: DatabaseKind): Promise<FreshDatabase> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'sluice-test-'));
  const removeDirectory = () => rm(dataDirectory, { recursive: true, force: true, maxRetries: 10 });
  const log = createLog({ level: 'silent' });
  if (kind === 'embedded') return { options: { dataDirectory, log }, remove: removeDirectory };
  const name = `sluice_${crypto.randomUUID().replaceAll('-', '')}`;
  await administer(`create database ${name}`);
  const url = new URL(postgresUrl());
  url.pathname = `/${name}`;
  return {
    options: { url: url.href, dataDirectory, log },
    remove: async () => {
      await administer(`drop database if exists ${name} with (force)`);
      await removeDirectory();
    },
  };
}

/**
 * A fresh, migrated database for the tests of this describe block:
 * `describe.each(databaseKinds)('… on %s', (kind) => { const database = withDatabase(kind); … })`.
 * Its members may be read once the tests run.
 */
export function withDatabase(kind: DatabaseKind): Database {
  let fresh: FreshDatabase | undefined;
  let database: Database | undefined;
  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    database = await openDatabase(fresh.options);
    await database.migrate();
  });
  afterAll(async () => {
    await database?.close();
    await fresh?.remove();
  });
  return new Proxy({} as Database, {
    get: (_, member: keyof Database) => {
      if (!database) throw new Error(`database.${member} was read before the tests run`);
      return database[member];
    },
  });
}

async function administer(statement: string): Promise<void> {
  const sql = postgres(postgresUrl(), { max: 1, onnotice: () => undefined });
  await sql.unsafe(statement);
  await sql.end();
}

import { cp, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { createLog } from '../../server/src/log.js';
import {
  type Database,
  type DatabaseOptions,
  openDatabase,
} from '../../server/src/store/open-database.js';
import { PATIENT_LIMITS } from './patience.js';
import { administer, onDatabase, postgresUrl, templateDatabase } from './postgres.js';
import { migratedDirectory, runDirectory } from './run-directory.js';
import { leaseEmbedded } from './shared-embedded.js';

export const databaseKinds = ['embedded', 'postgres'] as const;
export type DatabaseKind = (typeof databaseKinds)[number];

/** Options of an unused database, and a function that deletes it. */
export interface FreshDatabase {
  readonly options: DatabaseOptions;
  readonly remove: () => Promise<void>;
}

/**
 * A database without data. The embedded one runs in a process that later serves other tests; use
 * `migratedDatabase` or `emptyDatabase` where processes or files matter.
 */
export async function freshDatabase(kind: DatabaseKind): Promise<FreshDatabase> {
  if (kind === 'postgres') return migratedDatabase(kind);
  const directory = await ownDirectory();
  const lease = await leaseEmbedded();
  return {
    options: { ...directory.options, startEmbedded: lease.startEmbedded },
    remove: async () => {
      lease.release();
      await directory.remove();
    },
  };
}

/** An unused database that this version has migrated, so a server starts on it quickly. */
export async function migratedDatabase(kind: DatabaseKind): Promise<FreshDatabase> {
  if (kind === 'postgres') return createDatabase(`template ${templateDatabase()}`);
  const directory = await ownDirectory();
  const database = join(directory.options.dataDirectory, 'database');
  await cp(join(migratedDirectory(), 'database'), database, { recursive: true });
  return directory;
}

/** A database on which no server has been started yet. */
export async function emptyDatabase(kind: DatabaseKind): Promise<FreshDatabase> {
  return kind === 'postgres' ? createDatabase() : ownDirectory();
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
    database = await openDatabase({ ...fresh.options, limits: PATIENT_LIMITS });
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

async function createDatabase(from = ''): Promise<FreshDatabase> {
  const name = `sluice_${crypto.randomUUID().replaceAll('-', '')}`;
  await administer(postgresUrl(), `create database ${name} ${from}`);
  const { options, remove } = await ownDirectory();
  return {
    options: { ...options, url: onDatabase(postgresUrl(), name) },
    remove: async () => {
      await administer(postgresUrl(), `drop database if exists ${name} with (force)`);
      await remove();
    },
  };
}

async function ownDirectory(): Promise<FreshDatabase> {
  const dataDirectory = await mkdtemp(join(runDirectory(), 'data-'));
  return {
    options: { dataDirectory, log: createLog({ level: 'silent' }) },
    remove: () => rm(dataDirectory, { recursive: true, force: true, maxRetries: 10 }),
  };
}

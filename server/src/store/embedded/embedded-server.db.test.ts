import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FreshDatabase, migratedDatabase } from '../../../../test/support/database.js';
import { overBefore } from '../../../../test/support/patience.js';
import { until } from '../../../../test/support/until.js';
import { type Database, openDatabase } from '../open-database.js';
import type { Holder } from './directory-lock.js';
import { isRunning, type ProcessIdentity } from './process-identity.js';

let fresh: FreshDatabase;
let database: Database;

beforeEach(async () => {
  fresh = await migratedDatabase('embedded');
});

afterEach(async () => {
  await database?.close();
  await fresh.remove();
});

/** As before the first start. */
async function removeDatabase(): Promise<void> {
  await rm(join(fresh.options.dataDirectory, 'database'), { recursive: true });
}

async function open(): Promise<void> {
  database = await openDatabase(fresh.options);
}

/** The process that has the directory right now, from its own words. */
async function databaseProcess(): Promise<ProcessIdentity> {
  const { dataDirectory } = fresh.options;
  const lock = (await readdir(dataDirectory)).find((name) => name.startsWith('database.lock.'));
  const holder = JSON.parse(await readFile(join(dataDirectory, lock ?? ''), 'utf8')) as Holder;
  return holder.process;
}

const count = () => database.db.execute(sql`select count(*)::int as n from kept`);

describe('the embedded database', () => {
  test('starts again with its data when its process is killed', async () => {
    await open();
    await database.db.execute(sql`create table kept as select generate_series(1, 3)`);
    process.kill((await databaseProcess()).pid, 'SIGKILL');
    await expect(count()).rejects.toThrow();
    await until(async () => expect(await count()).toMatchObject([{ n: 3 }]));
  });

  test('kills a statement that runs for more than five seconds, and goes on', async () => {
    await open();
    const endless = database.db.execute(sql`select count(*) from generate_series(1, 1e11)`);
    await expect(overBefore(8_000, endless)).rejects.toMatchObject({
      cause: { code: 'UNAVAILABLE' },
    });
    await until(() => database.db.execute(sql`select 1`));
  });

  test('keeps a transaction from being seen half-done when its process is killed', async () => {
    await open();
    await database.db.execute(sql`create table kept (n integer)`);
    const half = database.db.transaction(async (tx) => {
      await tx.execute(sql`insert into kept values (1)`);
      process.kill((await databaseProcess()).pid, 'SIGKILL');
      await tx.execute(sql`insert into kept values (2)`);
    });
    await expect(half).rejects.toThrow();
    await until(async () => expect(await count()).toMatchObject([{ n: 0 }]));
  });

  test('leaves nothing but its data when it is closed', async () => {
    await open();
    const { pid, startedAt } = await databaseProcess();
    await database.close();
    expect(isRunning({ pid, startedAt })).toBe(false);
    expect((await readdir(fresh.options.dataDirectory)).sort()).toEqual([
      'database',
      'database.lock.1',
    ]);
  });

  test('refuses a directory that another server has', async () => {
    await open();
    await expect(openDatabase(fresh.options)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(`process id ${process.pid}, since 20`),
    });
  });

  test('begins anew when a first start was killed half-way', async () => {
    const { dataDirectory } = fresh.options;
    await removeDatabase();
    await mkdir(join(dataDirectory, 'database/base'), { recursive: true });
    await writeFile(join(dataDirectory, 'database/PG_VERSION'), '18\n');
    await writeFile(join(dataDirectory, 'database.unfinished'), '');
    await open();
    expect(await database.migrate()).not.toEqual([]);
    await expect(stat(join(dataDirectory, 'database.unfinished'))).rejects.toThrow();
  });

  test('touches nothing that it did not make', async () => {
    const { dataDirectory } = fresh.options;
    await removeDatabase();
    await mkdir(join(dataDirectory, 'database'), { recursive: true });
    await writeFile(join(dataDirectory, 'database/precious'), '');
    await expect(openDatabase(fresh.options)).rejects.toThrow(/is not empty and holds no database/);
    expect(await readdir(join(dataDirectory, 'database'))).toEqual(['precious']);
  });

  test('tries again for as long as it takes when a database that worked cannot be opened', async () => {
    await open();
    await database.migrate();
    await database.close();
    const file = join(fresh.options.dataDirectory, 'database/global/pg_control');
    const control = await readFile(file);
    await writeFile(file, 'damaged');
    await open();
    await expect(database.db.execute(sql`select 1`)).rejects.toMatchObject({
      cause: { code: 'UNAVAILABLE' },
    });
    await writeFile(file, control);
    await until(() => database.db.execute(sql`select 1 from projects`));
  });
});

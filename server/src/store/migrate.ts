import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { AppError } from '../domain/errors.js';
import type { Connection } from './connections/connection.js';
import type { ConnectionPool } from './connections/connection-pool.js';

export interface Migration {
  readonly id: number;
  /** The file's name without `.sql`, such as `0000_initial`. */
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

type AppliedRow = Readonly<Pick<Migration, 'id' | 'name' | 'checksum'>>;

const FOLDER = new URL('../../../drizzle/', import.meta.url);
const FILE = /^(\d{4})_[a-z0-9_]+\.sql$/;

/** An arbitrary constant; it must be the same in every Sluice server. */
const LOCK_KEY = 7_305_809;

const HISTORY = `create table if not exists sluice_migrations (
  id integer primary key,
  name text not null,
  checksum text not null,
  applied_at timestamptz not null default now()
)`;

/** The maximum wait for another server that migrates at the same time. */
const LOCK_WAIT = '60s';

/**
 * Brings the database up to this version: each file of `drizzle/` once, in order, in a transaction
 * of its own, under one lock, so any number of servers may start together. Returns what it applied.
 */
export async function migrate(
  pool: ConnectionPool,
  migrations?: readonly Migration[],
): Promise<readonly string[]> {
  const known = migrations ?? (await readMigrations());
  const applied: string[] = [];
  for (;;) {
    const name = await pool.transaction((connection) => applyNext(connection, known));
    if (name === undefined) return applied;
    applied.push(name);
  }
}

async function applyNext(
  connection: Connection,
  known: readonly Migration[],
): Promise<string | undefined> {
  const script = (text: string) => connection.run({ text, isPatient: true });
  await script(`set local lock_timeout = '${LOCK_WAIT}'; set local statement_timeout = 0`);
  await script(`select pg_advisory_xact_lock(${LOCK_KEY})`);
  await script(HISTORY);
  const rows = await connection.run<AppliedRow>({
    text: 'select id, name, checksum from sluice_migrations order by id',
  });
  const next = nextMigration(known, rows);
  if (!next) return undefined;
  await script(next.text);
  await connection.run({
    text: 'insert into sluice_migrations (id, name, checksum) values ($1, $2, $3)',
    parameters: [next.id, next.name, next.checksum],
  });
  return next.name;
}

/** Returns the first missing migration; throws when the history is not that of Sluice. */
export function nextMigration(
  known: readonly Migration[],
  applied: readonly AppliedRow[],
): Migration | undefined {
  const newest = known.at(-1)?.name ?? 'none';
  for (const row of applied) {
    const migration = known[row.id];
    if (!migration) {
      throw new AppError(
        'CONFLICT',
        `the database is newer than this Sluice: it has migration "${row.name}", this version ` +
          `knows up to "${newest}"; start the newer version or restore a backup`,
      );
    }
    if (migration.checksum !== row.checksum) {
      throw new AppError(
        'CONFLICT',
        `migration "${migration.name}" differs from the one that the database has as ` +
          `"${row.name}": expected checksum ${row.checksum}, got ${migration.checksum}; ` +
          'a migration that was applied must never be edited',
      );
    }
  }
  return known[applied.length];
}

/** The SQL files in order of their numbers, which must run from 0 without a gap. */
export async function readMigrations(folder: URL = FOLDER): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (file, index) => {
      const number = FILE.exec(file)?.[1];
      if (number === undefined || Number(number) !== index) {
        throw new Error(
          `migration file "${file}": expected a name like ` +
            `"${String(index).padStart(4, '0')}_add_something.sql"`,
        );
      }
      const text = (await readFile(new URL(file, folder), 'utf8')).replaceAll('\r\n', '\n');
      const checksum = createHash('sha256').update(text).digest('hex');
      return { id: index, name: file.slice(0, -'.sql'.length), text, checksum };
    }),
  );
}

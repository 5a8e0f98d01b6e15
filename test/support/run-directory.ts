import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../../server/src/log.js';
import { openDatabase } from '../../server/src/store/open-database.js';

const VARIABLE = 'SLUICE_TEST_DIRECTORY';

/** Holds the files of all databases of this run; deleted when the run ends. */
export function runDirectory(): string {
  const path = process.env[VARIABLE];
  if (path === undefined) throw new Error('run this file in the project "db", "e2e" or "ui"');
  return path;
}

/** A data directory as a server leaves it that was started once; to be copied. */
export function migratedDirectory(): string {
  return join(runDirectory(), 'migrated');
}

/** Once for the whole run, whichever projects are in it. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[VARIABLE] !== undefined) return undefined;
  const path = await mkdtemp(join(tmpdir(), 'sluice-tests-'));
  process.env[VARIABLE] = path;
  await mkdir(migratedDirectory());
  const log = createLog({ level: 'silent' });
  const database = await openDatabase({ dataDirectory: migratedDirectory(), log });
  await database.migrate();
  await database.close();
  return () => rm(path, { recursive: true, force: true, maxRetries: 10 });
}

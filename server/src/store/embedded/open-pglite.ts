import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

/** An empty database, made by the build: unpacking it is faster than making one. */
const TEMPLATE = new URL('../../../dist/store/embedded/template.tar.gz', import.meta.url);

/**
 * Opens the database of a data directory and makes it at the first start. While it is being made a
 * marker lies beside it, so a first start that was killed half-way begins anew.
 */
export async function openPGlite(dataDirectory: string): Promise<PGlite> {
  const directory = join(dataDirectory, 'database');
  const marker = join(dataDirectory, 'database.unfinished');
  if (await exists(marker)) await rm(directory, { recursive: true, force: true });
  if (await exists(join(directory, 'PG_VERSION'))) return PGlite.create({ dataDir: directory });
  await writeFile(marker, 'the database beside this file is not complete\n');
  const template = await readTemplate();
  const database = await PGlite.create({
    dataDir: directory,
    ...(template ? { loadDataDir: template } : {}),
  });
  await rm(marker);
  return database;
}

async function readTemplate(): Promise<Blob | undefined> {
  try {
    return new Blob([new Uint8Array(await readFile(TEMPLATE))], { type: 'application/gzip' });
  } catch {
    return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

import { readFile, rm, writeFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { AppError } from '../../domain/errors.js';
import { dataFiles, dataStateOf } from './data-files.js';

/** An empty database, made by the build: unpacking it is faster than making one. */
const TEMPLATE = new URL('../../../dist/store/embedded/template.tar.gz', import.meta.url);

/**
 * Opens the database of a data directory and makes it at the first start. While it is being made a
 * marker lies beside it, so a first start that was killed half-way begins anew.
 */
export async function openPGlite(dataDirectory: string): Promise<PGlite> {
  const { directory, marker } = dataFiles(dataDirectory);
  const state = await dataStateOf(dataDirectory);
  if (state === 'complete') return PGlite.create({ dataDir: directory });
  if (state === 'foreign') {
    throw new AppError(
      'CONFLICT',
      `"${directory}" is not empty and holds no database (it has no file PG_VERSION); restore a ` +
        'backup, or move it away to begin with an empty one',
    );
  }
  await writeFile(marker, 'the database beside this file is not complete\n');
  await rm(directory, { recursive: true, force: true });
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

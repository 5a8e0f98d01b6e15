import { readFile, rm, writeFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { AppError } from '../../domain/errors.js';
import { dataFiles, dataStateOf } from './data-files.js';

/** An empty database, made by the build: unpacking it is faster than making one. */
const TEMPLATE = new URL('../../../dist/store/embedded/template.tar.gz', import.meta.url);

/** Segments of 1 MB: the log of a small database then takes little space. */
export const INIT_PARAMETERS = ['--wal-segsize=1'];

/** For one process and a small database; the defaults are for a machine of its own. */
const START_PARAMETERS = [
  ...['-c', 'shared_buffers=16MB'],
  ...['-c', 'max_wal_size=48MB', '-c', 'min_wal_size=32MB'],
];

/**
 * Opens the database of a data directory and makes it at the first start. While it is being made a
 * marker lies beside it, so a first start that was killed half-way begins anew.
 */
export async function openPGlite(dataDirectory: string): Promise<PGlite> {
  const { directory, marker } = dataFiles(dataDirectory);
  const state = await dataStateOf(dataDirectory);
  const options = {
    dataDir: directory,
    startParams: [...PGlite.defaultStartParams, ...START_PARAMETERS],
  };
  if (state === 'complete') return PGlite.create(options);
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
    ...options,
    ...(template ? { loadDataDir: template } : { initDbStartParams: INIT_PARAMETERS }),
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

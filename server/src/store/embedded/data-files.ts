import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface DataFiles {
  readonly directory: string;
  /** Lies beside the database while that is being made. */
  readonly marker: string;
}

export function dataFiles(dataDirectory: string): DataFiles {
  return {
    directory: join(dataDirectory, 'database'),
    marker: join(dataDirectory, 'database.unfinished'),
  };
}

/** `foreign`: something that we did not make and must not touch. */
export type DataState = 'none' | 'unfinished' | 'complete' | 'foreign';

export async function dataStateOf(dataDirectory: string): Promise<DataState> {
  const { directory, marker } = dataFiles(dataDirectory);
  if (await exists(marker)) return 'unfinished';
  if (await exists(join(directory, 'PG_VERSION'))) return 'complete';
  if (!(await exists(directory)) || (await readdir(directory)).length === 0) return 'none';
  return 'foreign';
}

/** Anything but a plain no is an error: what cannot be looked at may hold everything. */
async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

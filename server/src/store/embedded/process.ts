import { rmdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { AppError } from '../../domain/errors.js';
import { lockDirectory } from './directory-lock.js';
import type { Order, Report } from './messages.js';
import { openPGlite } from './open-pglite.js';
import { identityOf } from './process-identity.js';

/**
 * Runs PGlite away from the server's event loop and speaks the PostgreSQL protocol on a socket. It
 * takes the directory's lock itself: if the server dies, the directory stays protected until this
 * process has ended too.
 */
async function run(dataDirectory: string, socketPath: string): Promise<void> {
  let close = async (): Promise<void> => undefined;
  process.on('message', (order: Order) => {
    if (order.kind === 'ping') report({ kind: 'pong' });
    else close().then(() => process.exit(0), fail);
  });
  const lock = await lockDirectory(dataDirectory, { server: identityOf(process.ppid) });
  const database = endOnCrash(await openPGlite(dataDirectory));
  await rm(socketPath, { force: true });
  const server = new PGLiteSocketServer({
    db: database,
    path: socketPath,
    maxConnections: CONNECTIONS_MAX,
  });
  await server.start();
  close = async () => {
    await server.stop();
    await database.close();
    await lock.release();
  };
  report({ kind: 'ready' });
}

/** Only one is used at a time, but the next may come before the last has been found to be gone. */
const CONNECTIONS_MAX = 2;

/** Everything but an error of a statement leaves PGlite, and the queue before it, stuck. */
function endOnCrash(database: PGlite): PGlite {
  const execute = database.execProtocolRawStream.bind(database);
  database.execProtocolRawStream = async (...message) => {
    try {
      await execute(...message);
    } catch (error) {
      fail(error);
    }
  };
  return database;
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const kind = error instanceof AppError ? 'refused' : 'failed';
  report({ kind, message }, () => process.exit(1));
}

function removeSocket(socketPath: string): void {
  try {
    rmSync(socketPath, { force: true });
    rmdirSync(dirname(socketPath));
  } catch {
    // A folder that stays in the system's temporary directory harms nobody.
  }
}

function report(message: Report, then?: () => void): void {
  process.send?.(message, () => then?.());
}

// The server decides when this process ends; without it there is nobody left to work for.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
const [dataDirectory = '', socketPath = ''] = process.argv.slice(2);
process.on('disconnect', () => {
  removeSocket(socketPath);
  process.exit(0);
});
run(dataDirectory, socketPath).catch(fail);

import { rm } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import type { Order, Report } from './messages.js';

/**
 * Runs PGlite away from the server's event loop and speaks the PostgreSQL protocol on a socket.
 * Arguments: the database's directory and the socket's path.
 */
async function main(directory: string, socketPath: string): Promise<void> {
  await rm(socketPath, { force: true });
  const database = await PGlite.create({ dataDir: directory });
  const server = new PGLiteSocketServer({ db: database, path: socketPath });
  await server.start();
  process.on('message', (order: Order) => {
    if (order.kind === 'ping') report({ kind: 'pong', id: order.id });
    else void stop(server, database);
  });
  report({ kind: 'ready' });
}

async function stop(server: PGLiteSocketServer, database: PGlite): Promise<void> {
  await server.stop();
  await database.close();
  process.exit(0);
}

function report(message: Report): void {
  process.send?.(message);
}

const [directory, socketPath] = process.argv.slice(2);
process.on('disconnect', () => process.exit(0));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
void main(directory!, socketPath!);

import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createLog } from '../../server/src/log.js';
import { connectTo } from '../../server/src/store/connections/connect.js';
import { ConnectionPool } from '../../server/src/store/connections/connection-pool.js';
import { EmbeddedServer } from '../../server/src/store/embedded/embedded-server.js';
import type { StartEmbedded } from '../../server/src/store/open-database.js';
import { PATIENT_LIMITS } from './patience.js';
import { runDirectory } from './run-directory.js';

export interface EmbeddedLease {
  /** Starts nothing: what runs already serves, with what was written since the lease began. */
  readonly startEmbedded: StartEmbedded;
  readonly release: () => void;
}

/**
 * Starting PGlite takes longer than most test files that use it, so each worker keeps the databases
 * that it has started and empties one for the next file. They end with the worker.
 */
const idle: EmbeddedServer[] = [];

export async function leaseEmbedded(): Promise<EmbeddedLease> {
  const server = idle.pop() ?? (await start());
  await empty(server);
  const { socketPath } = server;
  return {
    startEmbedded: async () => ({
      socketPath,
      patiently: (work) => server.patiently(work),
      stop: async () => undefined,
    }),
    release: () => void idle.push(server),
  };
}

async function start(): Promise<EmbeddedServer> {
  const dataDirectory = await mkdtemp(join(runDirectory(), 'shared-'));
  return EmbeddedServer.start({ dataDirectory, log: createLog({ level: 'silent' }) });
}

async function empty(server: EmbeddedServer): Promise<void> {
  const pool = new ConnectionPool({
    connect: connectTo(server, { parsers: {}, serializers: {} }, PATIENT_LIMITS),
    ...PATIENT_LIMITS,
    connectionsMax: 1,
  });
  await server.patiently(async () => {
    await pool.query({ text: 'drop schema public cascade' });
    await pool.query({ text: 'create schema public' });
    await pool.query({ text: 'discard all' });
  });
  await pool.close(PATIENT_LIMITS.answerTimeoutMs);
}

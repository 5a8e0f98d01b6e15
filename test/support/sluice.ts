import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { afterAll, beforeAll } from 'vitest';
import { compose, type Sluice, type Surroundings } from '../../server/src/compose.js';
import { readConfig } from '../../server/src/config.js';
import { createLog } from '../../server/src/log.js';
import { PasswordHasher } from '../../server/src/services/sessions/password-hasher.js';
import type { DatabaseOptions } from '../../server/src/store/open-database.js';
import { type DatabaseKind, type FreshDatabase, freshDatabase } from './database.js';
import { FakeClock } from './fake-clock.js';
import { PATIENT_LIMITS } from './patience.js';

/** Keys of every test server. */
export const ADMIN_KEY = 'admin-key-of-the-tests-0123456789abcdef';
export const SERVER_KEY = 'server-key-of-the-tests-0123456789abcde';
export const CLIENT_KEY = 'client-key-of-the-tests-0123456789abcde';

const INIT_KEYS = [
  `admin:*:${ADMIN_KEY}`,
  `server:default/production:${SERVER_KEY}`,
  `client:default/production:${CLIENT_KEY}`,
].join(',');

export interface StartedSluice {
  /** Address of a real port; `/api/v1/…` goes behind it. */
  readonly url: string;
  readonly sluice: Sluice;
  /** False when the database did not answer, so that the server retries in the background. */
  readonly isPrepared: boolean;
  close(): Promise<void>;
}

export interface StartSluice {
  readonly database: Pick<DatabaseOptions, 'url' | 'dataDirectory' | 'startEmbedded'>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly clock?: FakeClock;
  readonly adminUiDirectory?: string;
  readonly write?: (line: string) => void;
}

/** Starts the whole server in this process on a real port; rejects with the start error. */
export async function startSluice(options: StartSluice): Promise<StartedSluice> {
  const { database, environment = {}, clock = new FakeClock(), write = () => {} } = options;
  const parsed = readConfig({
    ...(database.url === undefined ? {} : { DATABASE_URL: database.url }),
    SLUICE_DATA_DIR: database.dataDirectory,
    SLUICE_INIT_KEYS: INIT_KEYS,
    ...environment,
  });
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  const log = createLog({ level: 'debug', destination: { write } });
  const sluice = await compose(parsed.config, log, {
    ...surroundingsOf(clock),
    startEmbedded: database.startEmbedded,
    ...(options.adminUiDirectory && { adminUiDirectory: options.adminUiDirectory }),
  });
  let isPrepared = false;
  try {
    const { prepared } = await sluice.start();
    isPrepared = await Promise.race([prepared, Promise.resolve(false)]);
  } catch (error) {
    await sluice.close();
    throw error;
  }
  const server = createAdaptorServer({ fetch: sluice.app.fetch }) as Server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    sluice,
    isPrepared,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await sluice.close();
    },
  };
}

export interface TestSluice extends Omit<StartedSluice, 'isPrepared'> {
  readonly clock: FakeClock;
  /** Every line that was logged, at the lowest level. */
  readonly logged: () => string;
}

/**
 * A server on a fresh database for the tests of this describe block, with a clock that stands
 * still until told. Its members may be read once the tests run.
 */
export function withSluice(
  kind: DatabaseKind,
  environment: Readonly<Record<string, string>> = {},
): TestSluice {
  const lines: string[] = [];
  const clock = new FakeClock();
  let fresh: FreshDatabase | undefined;
  let started: StartedSluice | undefined;
  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    const write = (line: string) => void lines.push(line);
    started = await startSluice({ database: fresh.options, environment, clock, write });
  });
  const close = async () => {
    await started?.close();
    started = undefined;
  };
  afterAll(async () => {
    await close();
    await fresh?.remove();
  });
  const running = () => {
    if (!started) throw new Error('the server was used before the tests run');
    return started;
  };
  return {
    clock,
    close,
    logged: () => lines.join(''),
    get sluice() {
      return running().sluice;
    },
    get url() {
      return running().url;
    },
  };
}

/** Cheap password hashing: a separate test covers the cost of the real one. */
function surroundingsOf(clock: FakeClock): Surroundings {
  return {
    now: () => clock.now(),
    clock: () => performance.now(),
    random: () => 0.5,
    hasher: new PasswordHasher({ ln: 4, r: 8, p: 1 }),
    adminUiDirectory: join(tmpdir(), 'sluice-no-admin-ui'),
    databaseLimits: PATIENT_LIMITS,
  };
}

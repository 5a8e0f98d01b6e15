import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { afterAll, beforeAll } from 'vitest';
import { compose, type Sluice, type Surroundings } from '../../server/src/compose.js';
import { readConfig } from '../../server/src/config.js';
import { createLog } from '../../server/src/log.js';
import { PasswordHasher } from '../../server/src/services/sessions/password-hasher.js';
import { type DatabaseKind, freshDatabase } from './database.js';
import { FakeClock } from './fake-clock.js';

/** Keys that every test server begins with. */
export const ADMIN_KEY = 'admin-key-of-the-tests-0123456789abcdef';
export const SERVER_KEY = 'server-key-of-the-tests-0123456789abcde';
export const CLIENT_KEY = 'client-key-of-the-tests-0123456789abcde';

export interface TestSluice {
  /** Address of a real port; `/api/v1/…` goes behind it. */
  readonly url: string;
  readonly sluice: Sluice;
  readonly clock: FakeClock;
  /** Every line that was logged, at the lowest level. */
  readonly logged: () => string;
}

/**
 * The whole server in this process, on a fresh database and a real port, with a clock that stands
 * still until told. Its members may be read once the tests run.
 */
export function withSluice(
  kind: DatabaseKind,
  environment: Readonly<Record<string, string>> = {},
): TestSluice {
  const lines: string[] = [];
  const clock = new FakeClock();
  let started: { sluice: Sluice; server: Server } | undefined;
  let remove = async () => {};
  beforeAll(async () => {
    const fresh = await freshDatabase(kind);
    remove = fresh.remove;
    const { url, dataDirectory } = fresh.options;
    const parsed = readConfig({
      ...(url === undefined ? {} : { DATABASE_URL: url }),
      SLUICE_DATA_DIR: dataDirectory,
      SLUICE_INIT_KEYS: [
        `admin:*:${ADMIN_KEY}`,
        `server:default/production:${SERVER_KEY}`,
        `client:default/production:${CLIENT_KEY}`,
      ].join(','),
      ...environment,
    });
    if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
    const write = (line: string) => void lines.push(line);
    const log = createLog({ level: 'debug', destination: { write } });
    started = await serve(await compose(parsed.config, log, surroundingsOf(clock)));
  });
  afterAll(async () => {
    started?.server.closeAllConnections();
    started?.server.close();
    await started?.sluice.close();
    await remove();
  });
  const running = () => {
    if (!started) throw new Error('the server was used before the tests run');
    return started;
  };
  return {
    clock,
    logged: () => lines.join(''),
    get sluice() {
      return running().sluice;
    },
    get url() {
      return `http://127.0.0.1:${(running().server.address() as AddressInfo).port}`;
    },
  };
}

async function serve(sluice: Sluice): Promise<{ sluice: Sluice; server: Server }> {
  await sluice.start();
  const server = createAdaptorServer({ fetch: sluice.app.fetch }) as Server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { sluice, server };
}

/** Passwords cost little here: what the real ones cost has a test of its own. */
function surroundingsOf(clock: FakeClock): Surroundings {
  return {
    now: () => clock.now(),
    clock: () => performance.now(),
    random: () => 0.5,
    hasher: new PasswordHasher({ ln: 4, r: 8, p: 1 }),
  };
}

import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, test } from 'vitest';
import { databaseKinds, type FreshDatabase, migratedDatabase } from '../support/database.js';
import { FlagWriter } from '../support/flag-writer.js';
import { seededRandom } from '../support/seeded-random.js';
import {
  findFreePort,
  type RunningServer,
  type StartServer,
  startServer,
} from '../support/server.js';

const CRASHES = 20;
/** A life ends after so many changes, and a moment: in the middle of some others. */
const CHANGES_MAX = 12;
const MOMENT_MS_MAX = 50;
const SEED = 20_260_102;

describe.each(databaseKinds)('a server on %s that is killed while people write', (kind) => {
  let fresh: FreshDatabase;
  let server: RunningServer | undefined;

  beforeEach(async () => {
    fresh = await migratedDatabase(kind);
  });

  afterEach(async () => {
    await server?.kill('SIGKILL');
    await fresh.remove();
  });

  test(`loses nothing in ${CRASHES} crashes and is ready again each time`, async () => {
    const options: StartServer = {
      dataDir: fresh.options.dataDirectory,
      ...(fresh.options.url === undefined ? {} : { databaseUrl: fresh.options.url }),
      port: await findFreePort(),
      adminKey: 'admin-key-of-the-crash-test-0123456789',
      serverKey: 'server-key-of-the-crash-test-012345678',
    };
    const random = seededRandom(SEED);
    const writer = new FlagWriter();
    const readyMs: number[] = [];
    server = await startServer(options);
    await writer.prepare(server);
    for (let crash = 0; crash < CRASHES; crash += 1) {
      const writing = writer.run(server);
      await Promise.race([writer.progress(1 + Math.floor(random() * CHANGES_MAX)), writing]);
      await pause(random() * MOMENT_MS_MAX);
      await server.kill('SIGKILL');
      await writing;
      server = await startServer(options);
      readyMs.push(server.readyMs);
      await writer.check(server);
    }
    await writer.checkAudit(server);
    readyMs.sort((a, b) => a - b);
    const [median = 0, slowest = 0] = [readyMs[CRASHES / 2], readyMs.at(-1)];
    console.info(
      `${kind}: ${writer.acknowledgedCount} changes acknowledged, 0 lost; ` +
        `ready again in ${Math.round(median)} ms (median), ${Math.round(slowest)} ms (slowest)`,
    );
  });
});

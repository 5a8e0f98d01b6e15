import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask } from '../support/ask.js';
import { type FreshDatabase, migratedDatabase } from '../support/database.js';
import { FlagWriter } from '../support/flag-writer.js';
import { seededRandom } from '../support/seeded-random.js';
import { type RunningServer, startServer } from '../support/server.js';
import { until } from '../support/until.js';

const MAIN = fileURLToPath(new URL('../../server/dist/main.js', import.meta.url));
const FLAGS = '/api/v1/projects/default/flags';

let fresh: FreshDatabase;
let dataDir: string;
let server: RunningServer | undefined;

beforeEach(async () => {
  fresh = await migratedDatabase('embedded');
  dataDir = fresh.options.dataDirectory;
});

afterEach(async () => {
  await server?.kill('SIGKILL');
  server = undefined;
  await fresh.remove();
});

/** The process that has the embedded database open, from its lock. */
async function databaseProcess(directory: string): Promise<number> {
  const name = (await readdir(directory)).find((file) => file.startsWith('database.lock.'));
  return JSON.parse(await readFile(join(directory, name ?? ''), 'utf8')).process.pid;
}

describe('a data directory', () => {
  test('rejects a second server, whose error names the first', async () => {
    server = await startServer({ dataDir });
    await expect(startServer({ dataDir })).rejects.toThrow(
      new RegExp(
        `"${dataDir}" is in use by the Sluice server with process id ${server.pid}, since`,
      ),
    );
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  });

  test('is usable after a first start that was killed at any moment', async () => {
    const random = seededRandom(4);
    for (let round = 0; round < 4; round += 1) {
      const directory = join(dataDir, String(round));
      const child = spawn(process.execPath, [MAIN], {
        stdio: 'ignore',
        env: { PATH: process.env.PATH, PORT: '0', SLUICE_DATA_DIR: directory },
      });
      const begun = async () => expect(await readdir(directory)).toContain('database.unfinished');
      await until(begun).then(() => pause(random() * 1_500));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const restarted = await startServer({ dataDir: directory });
      expect(await restarted.stop()).toBe(0);
    }
  });

  test('keeps every acknowledged change when only the database is killed', async () => {
    server = await startServer({ dataDir });
    const { url, adminKey } = server;
    const writer = new FlagWriter();
    await writer.prepare(server);
    for (let round = 0; round < 5; round += 1) {
      const writing = writer.run(server);
      await Promise.race([writer.progress(5), writing]);
      process.kill(await databaseProcess(dataDir), 'SIGKILL');
      await writing;
      await until(async () => {
        const answer = await ask(url + FLAGS, { key: adminKey });
        expect(answer.status).toBe(200);
      });
      await writer.check(server);
    }
    await writer.checkAudit(server);
  });
});

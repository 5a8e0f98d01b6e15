import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/ask.js';
import { type RunningServer, startServer } from '../support/server.js';
import { until } from '../support/until.js';
import { mountSmallDisk, type SmallDisk } from './support/small-disk.js';

/** The clean root keeps the machine busy meanwhile. */
const START_MS_MAX = 120_000;
const PROJECT = '/api/v1/projects/default';
const DISK_MIB = 160;
/** Below the 64 MiB under which the server refuses changes. */
const NEARLY_FULL_MIB = 40;
const KILLS = 20;
const KILLS_MS_MAX = 15_000;
const RECOVERY_MS_MAX = 30_000;

/** In order: the disk fills up from test to test. */
describe('a disk under the embedded database', () => {
  let disk: SmallDisk;
  let server: RunningServer;
  const created: string[] = [];

  beforeAll(async () => {
    disk = await mountSmallDisk(DISK_MIB);
    server = await startServer({
      dataDir: join(disk.path, 'data'),
      readyTimeoutMs: START_MS_MAX,
    });
    expect((await create('before')).status).toBe(201);
  });
  afterAll(async () => {
    await server?.kill('SIGKILL');
    await disk?.remove();
  });

  async function create(flag: string) {
    const json = { key: flag };
    const { adminKey: key, url } = server;
    const answer = await ask(`${url}${PROJECT}/flags`, { method: 'POST', key, json });
    if (answer.status === 201) created.push(flag);
    return answer;
  }

  function kill(flag: string) {
    const path = `${PROJECT}/environments/production/flags/${flag}/kill`;
    const json = { reason: 'the disk is full' };
    return ask(server.url + path, { method: 'POST', key: server.adminKey, json });
  }

  const readRuleset = () => ask(`${server.url}/sdk/v1/ruleset`, { key: server.serverKey });

  it('that is nearly full stops changes, but neither kills nor reads', async () => {
    await disk.fillTo(NEARLY_FULL_MIB);
    let tries = 0;
    await until(async () => expect((await create(`try-${++tries}`)).status).toBe(507));
    expect((await kill('before')).status).toBe(200);
    expect((await readRuleset()).status).toBe(200);
  });

  it('that is full leaves the ruleset readable, and a kill ends with an answer', async () => {
    await disk.fillTo(0);
    const startedAt = performance.now();
    const answers = await Promise.all(Array.from({ length: KILLS }, () => kill('before')));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status >= 500 && status !== 503)).toEqual([]);
    expect((await readRuleset()).body).toMatchObject({ flags: { before: { killed: true } } });
    expect(performance.now() - startedAt).toBeLessThan(KILLS_MS_MAX);
  });

  it('that has space again accepts changes and has lost no acknowledged one', async () => {
    await disk.empty();
    await until(async () => expect((await create('after')).status).toBe(201), RECOVERY_MS_MAX);
    const flags = await ask<{ items: { key: string }[] }>(`${server.url}${PROJECT}/flags`, {
      key: server.adminKey,
    });
    expect(flags.body.items.map(({ key }) => key).sort()).toEqual(created.sort());
  });
});

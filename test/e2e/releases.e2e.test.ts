import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../sdk/src/index.js';
import { measureRequests } from '../../sdk/src/node/index.js';
import { type FreshDatabase, migratedDatabase } from '../support/database.js';
import { flagSteps } from '../support/flag-steps.js';
import { type RunningServer, startServer } from '../support/server.js';
import { until } from '../support/until.js';

const CLI = fileURLToPath(new URL('../../server/dist/sluice.js', import.meta.url));
const HEALTHY = 'healthy';
const HARMFUL = 'harmful';
const FAILS = 0.02;
const FAILS_HARMFUL = 0.5;
const VISITORS = 12;

const PLAN = {
  steps: [1, 5, 25, 50, 100].map((percent) => ({ percent, minBakeSeconds: 1, minUnits: 3 })),
  gates: [{ metric: 'http.errors', action: 'rollback', floor: 0.9, ruledOut: 20 }],
  finalBakeSeconds: 1,
  warmUpSeconds: 0,
  tickSeconds: 1,
};

/** Real processes, SDK and requests; the test sends no command after the start. */
describe('releases without manual commands', () => {
  let fresh: FreshDatabase;
  let server: RunningServer;
  let flags: ReturnType<typeof createClient>;
  let shop: Server;
  let isOpen = true;
  let visitors: Promise<unknown>;

  beforeAll(async () => {
    fresh = await migratedDatabase('embedded');
    server = await startServer({ dataDir: fresh.options.dataDirectory });
    for (const key of [HEALTHY, HARMFUL]) await flagSteps(server).create(key);
    flags = createClient({ url: server.url, key: server.serverKey, service: 'shop' });
    await flags.ready();
    shop = createServer(measureRequests(flags, answer));
    shop.listen(0, '127.0.0.1');
    await once(shop, 'listening');
    visitors = Promise.all(Array.from({ length: VISITORS }, (_, number) => visit(number)));
  });

  afterAll(async () => {
    isOpen = false;
    await visitors;
    shop?.close();
    await flags?.close();
    await server?.stop();
    await fresh?.remove();
  });

  const answer: Parameters<typeof measureRequests>[1] = (request, response) => {
    const person = { targetingKey: String(request.headers['x-person']) };
    const key = request.url === '/harmful' ? HARMFUL : HEALTHY;
    const isNew = flags.isActive(key, person);
    const share = key === HARMFUL && isNew ? FAILS_HARMFUL : FAILS;
    response.writeHead(chanceOf(person.targetingKey) < share ? 500 : 200).end();
  };

  /** Users who visit once each, one after the other. */
  const visit = async (number: number) => {
    const { port } = shop.address() as AddressInfo;
    for (let count = 0; isOpen; count += 1) {
      const page = count % 2 === 0 ? HEALTHY : HARMFUL;
      const headers = { 'x-person': `${number}-${count}` };
      const response = await fetch(`http://127.0.0.1:${port}/${page}`, { headers });
      await response.arrayBuffer();
      await pause(5);
    }
  };

  const path = (key: string) => `/environments/production/flags/${key}/releases`;
  const start = (key: string) =>
    flagSteps(server).call('POST', path(key), { plan: PLAN, start: true });
  const untilEnded = (key: string, id: string) =>
    until(async () => {
      const release = await flagSteps(server).call('GET', `${path(key)}/${id}`);
      expect(release.endedAt, `${release.state} ${release.sentence}`).not.toBeNull();
      return release;
    });

  it('open a healthy feature to all users, roll a harmful one back and state why', async () => {
    const healthy = await start(HEALTHY);
    const harmful = await start(HARMFUL);
    const back = await untilEnded(HARMFUL, harmful.id);
    expect(back).toMatchObject({ state: 'rolled_back', percent: 0 });
    const { decisions } = await flagSteps(server).call(
      'GET',
      `${path(HARMFUL)}/${harmful.id}/timeline`,
    );
    const why = decisions.find(({ action }: { action: string }) => action === 'rollback');
    expect(why).toMatchObject({ actor: { kind: 'system' } });
    expect(why.sentence).toMatch(/^Rolled back.*http\.errors.*\d+ of \d+ people/);
    const through = await untilEnded(HEALTHY, healthy.id);
    expect(through).toMatchObject({ state: 'completed', percent: 100 });
    const percents = through.phases.map(({ percent }: { percent: number }) => percent);
    expect(percents).toEqual([1, 5, 25, 50, 100]);
    for (const [key, id] of [
      [HEALTHY, healthy.id],
      [HARMFUL, harmful.id],
    ]) {
      const env = { SLUICE_URL: server.url, SLUICE_KEY: server.adminKey };
      const asked = ['verify', `default/production/${key}`, id];
      const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...asked], { env });
      expect(stdout).toMatch(/^(\d+) of \1 decisions come out the same$/m);
    }
  });
});

/** A number between 0 and 1 that depends on the user only. */
function chanceOf(person: string): number {
  let hash = 2166136261;
  for (const character of person) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619) >>> 0;
  }
  const mixed = Math.imul(hash ^ (hash >>> 15), 2246822519);
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32;
}

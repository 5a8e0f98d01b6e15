import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask } from '../support/ask.js';
import { type FreshDatabase, migratedDatabase } from '../support/database.js';
import { dataOf, openStream } from '../support/event-stream.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { flagSteps } from '../support/flag-steps.js';
import { HANG_MS } from '../support/patience.js';
import { isOff, isOn, SdkFleet } from '../support/sdk-fleet.js';
import {
  findFreePort,
  type RunningServer,
  type StartServer,
  startServer,
} from '../support/server.js';
import { until } from '../support/until.js';

/** The first retry is drawn between 0.2 and 3 s; 300 draws within 2 s of each other do not happen. */
const SPREAD_MS_MIN = 2_000;

const closing: (() => Promise<unknown>)[] = [];
let dataDir: string;

beforeEach(async () => {
  const { options, remove } = await migratedDatabase('embedded');
  dataDir = options.dataDirectory;
  closing.push(remove);
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(options: Partial<StartServer> = {}): Promise<RunningServer> {
  const server = await startServer({ dataDir, ...options });
  closing.push(() => server.kill('SIGKILL'));
  return server;
}

async function open(target: { url: string; serverKey: string }, count: number): Promise<SdkFleet> {
  const fleet = await SdkFleet.open(target, count);
  closing.push(() => fleet.close());
  return fleet;
}

describe('a server whose PostgreSQL is unavailable', () => {
  let fresh: FreshDatabase;
  let proxy: FaultProxy;
  let databaseUrl: string;

  beforeEach(async () => {
    fresh = await migratedDatabase('postgres');
    closing.push(fresh.remove);
    const url = new URL(fresh.options.url ?? expect.fail('no PostgreSQL'));
    const port = Number(url.port || 5432);
    proxy = await FaultProxy.start(() => port);
    closing.push(() => proxy.close());
    url.host = new URL(proxy.url).host;
    databaseUrl = url.href;
  });
  const takeDatabaseAway = () => {
    proxy.fault = { kind: 'refuse' };
    proxy.cutAll();
  };
  const giveDatabaseBack = () => {
    proxy.fault = { kind: 'none' };
  };
  const getRuleset = ({ url, serverKey: key }: RunningServer) =>
    ask<{ flags: object }>(`${url}/sdk/v1/ruleset`, { key });

  it('serves old and new clients, reports the outage and recovers with the database', async () => {
    const server = await start({ databaseUrl });
    const flags = flagSteps(server);
    const fleet = await open(server, 3);
    await fleet.sees(() => flags.createOpen('awesome'), isOn('awesome'));
    takeDatabaseAway();
    await until(async () => {
      const { status, body } = await ask(`${server.url}/readyz`);
      expect({ status, body }).toMatchObject({ status: 200, body: { database: 'down' } });
    });
    const late = await open(server, 1);
    expect([...fleet.clients, ...late.clients].every(isOn('awesome'))).toBe(true);
    expect((await getRuleset(server)).body.flags).toHaveProperty('awesome');
    await expect(flags.kill('awesome')).rejects.toThrow(/503/);
    giveDatabaseBack();
    const kill = () => until(() => flags.kill('awesome'));
    expect((await fleet.sees(kill, isOff('awesome'))).missing).toBe(0);
  });

  it('serves rulesets and accepts keys from its disk after a restart', async () => {
    const first = await start({ databaseUrl });
    const fleet = await open(first, 1);
    await fleet.sees(() => flagSteps(first).createOpen('awesome'), isOn('awesome'));
    const { port, adminKey, serverKey } = first;
    await until(() => getRuleset(first).then(({ status }) => expect(status).toBe(200)));
    expect(await first.stop()).toBe(0);
    takeDatabaseAway();
    const again = await start({ databaseUrl, port, adminKey, serverKey });
    const late = await open(again, 1);
    expect(late.clients.every(isOn('awesome'))).toBe(true);
    const stranger = 'sluice_server_of_nobody_0123456789abcdefghij';
    expect((await ask(`${again.url}/sdk/v1/ruleset`, { key: stranger })).status).not.toBe(200);
    giveDatabaseBack();
    const kill = () => until(() => flagSteps(again).kill('awesome'));
    expect((await late.sees(kill, isOff('awesome'))).missing).toBe(0);
  });

  it('is followed after a restore from a backup by clients with a newer revision', async () => {
    const first = await start({ databaseUrl });
    const { port, adminKey, serverKey } = first;
    const flags = flagSteps(first);
    const fleet = await open(first, 2);
    await fleet.sees(() => flags.createOpen('awesome'), isOn('awesome'));
    const before = await flags.call('GET', '/environments/production');
    for (const key of ['a', 'b', 'c']) {
      await fleet.sees(() => flags.createOpen(key), isOn(key));
    }
    await first.stop();
    await restoreOlder(fresh.options.url ?? '', before.revision, ['a', 'b', 'c']);
    const again = await start({ databaseUrl, port, adminKey, serverKey });
    const kill = () => flagSteps(again).kill('awesome');
    expect((await fleet.sees(kill, isOff('awesome'))).missing).toBe(0);
    const after = await flagSteps(again).call('GET', '/environments/production');
    expect(after.epoch).not.toBe(before.epoch);
  });
});

/** Simulates a restored backup: later flags are gone and the revision counter is lower. */
async function restoreOlder(url: string, revision: number, flags: readonly string[]) {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  await sql`delete from flags where key in ${sql(flags)}`;
  await sql`delete from revision_changes where revision > ${revision}`;
  await sql`update environments set revision = ${revision} where key = 'production'`;
  await sql.end();
}

describe('streams of a running server', () => {
  it('of 300 clients reconnect at different times after all broke at once', async () => {
    const server = await start();
    const proxy = await FaultProxy.start(() => server.port);
    closing.push(() => proxy.close());
    const fleet = await open({ url: proxy.url, serverKey: server.serverKey }, 300);
    const flags = flagSteps(server);
    await fleet.sees(() => flags.createOpen('awesome'), isOn('awesome'));
    await Promise.all(fleet.clients.map((client) => client.flush(HANG_MS)));
    const arrivals: number[] = [];
    const push = proxy.connections.push.bind(proxy.connections);
    proxy.connections.push = (item) => {
      arrivals.push(performance.now());
      push(item);
    };
    proxy.cutAll();
    await until(async () => {
      expect(arrivals.length).toBeGreaterThanOrEqual(300);
      const metrics = (await ask(`${server.url}/metrics`)).text;
      expect(metrics).toContain('sluice_streams{kind="sdk"} 300');
    });
    // How they are spread is held by the tests of the backoff, whose clock is not that of the machine.
    expect(Math.max(...arrivals) - Math.min(...arrivals)).toBeGreaterThan(SPREAD_MS_MIN);
    expect((await fleet.sees(() => flags.kill('awesome'), isOff('awesome'))).missing).toBe(0);
  });

  it('that are not read are cut without an effect on the others', async () => {
    const server = await start();
    const flags = flagSteps(server);
    await flags.call('POST', '/flags', { key: 'bulk', type: 'string', variants: { off: '' } });
    const asleep = await Promise.all(
      Array.from({ length: 50 }, () => openStream(server.url, { key: server.serverKey })),
    );
    for (const stream of asleep) stream.pause();
    const awake = await openStream(server.url, { key: server.serverKey });
    closing.push(async () => awake.close());
    let bytes = 0;
    for (let version = 1; bytes < 16 * 1024 * 1024; version += 1) {
      const filler = 'x'.repeat(600_000) + version;
      const definition = { name: 'bulk', description: '', tags: [], owner: '', kind: 'release' };
      const more = { expectedLifetimeDays: null, clientVisible: false };
      const body = { ...definition, ...more, variants: { off: filler } };
      await flags.call('PUT', '/flags/bulk', body, version);
      const patch = await awake.events.nextWhere(({ data }) => data.includes(`x${version}"`));
      bytes += patch.data.length;
    }
    const metrics = (await ask(`${server.url}/metrics`)).text;
    expect(metrics).toContain('sluice_streams_cut_slow_total{kind="sdk"} 50');
    expect(metrics).toContain('sluice_streams{kind="sdk"} 1');
    for (const stream of asleep) stream.resume();
    await Promise.all(asleep.map((stream) => stream.closed));
  });

  it('are cut before the next change when their key is revoked', async () => {
    const server = await start();
    const flags = flagSteps(server);
    const body = { kind: 'server', name: 'leaked', environment: 'production' };
    const { id, secret } = await flags.call('POST', '/keys', body);
    const leaked = await openStream(server.url, { key: secret });
    const other = await openStream(server.url, { key: server.serverKey });
    closing.push(async () => other.close());
    await leaked.events.next();
    await flags.call('DELETE', `/keys/${id}`);
    await flags.create('made-later');
    await other.events.nextWhere(({ data }) => data.includes('made-later'));
    await leaked.closed;
    expect(leaked.events.all.filter(({ data }) => data.includes('made-later'))).toEqual([]);
    expect((await openStream(server.url, { key: secret })).status).toBe(401);
  });

  it('begin a new epoch when a client has a newer revision than the server', async () => {
    const server = await start();
    const fleet = await open(server, 2);
    const { epoch, revision } = fleet.clients[0]?.status() ?? expect.fail('no client');
    const headers = { 'Last-Event-ID': `${epoch}:${(revision ?? 0) + 7}` };
    const stream = await openStream(server.url, { key: server.serverKey, headers });
    closing.push(async () => stream.close());
    const renewed = await stream.events.nextWhere(
      (event) => event.event === 'ruleset' && dataOf(event).epoch !== epoch,
    );
    await until(async () => {
      for (const client of fleet.clients) {
        expect(client.status().epoch).toBe(dataOf(renewed).epoch);
      }
    });
  });
});

describe('a server that receives SIGTERM', () => {
  it('sends a goodbye, is not ready, rejects new streams and exits cleanly', async () => {
    const server = await start();
    const stream = await openStream(server.url, { key: server.serverKey });
    await stream.events.next();
    await server.kill('SIGTERM');
    expect(dataOf(await stream.events.next())).toEqual({ afterMs: expect.any(Number) });
    expect((await ask(`${server.url}/readyz`)).status).toBe(503);
    const refused = await openStream(server.url, { key: server.serverKey });
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toMatch(/^[1-5]$/);
    await stream.closed;
    expect(await server.exited).toBe(0);
  });

  it('drains before its own limit ends it, whatever its clients do', async () => {
    const server = await start();
    const stream = await openStream(server.url, { key: server.serverKey });
    stream.pause();
    await server.kill('SIGTERM');
    expect(await server.exited).toBe(0);
    expect(server.log).toContain('"msg":"stopped"');
  });

  it('exits at once at the second signal', async () => {
    const server = await start();
    const stream = await openStream(server.url, { key: server.serverKey });
    await stream.events.next();
    await server.kill('SIGTERM');
    await stream.events.next();
    await server.kill('SIGTERM');
    expect(await server.exited).toBe(1);
  });

  it('hands its clients over to the next server', async () => {
    const port = await findFreePort();
    const first = await start({ port });
    const { adminKey, serverKey } = first;
    const fleet = await open(first, 5);
    await fleet.sees(() => flagSteps(first).createOpen('awesome'), isOn('awesome'));
    expect(await first.stop()).toBe(0);
    const next = await start({ port, adminKey, serverKey });
    const kill = () => flagSteps(next).kill('awesome');
    expect((await fleet.sees(kill, isOff('awesome'))).missing).toBe(0);
  });
});

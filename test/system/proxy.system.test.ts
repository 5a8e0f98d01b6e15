import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/ask.js';
import { openStream } from '../support/event-stream.js';
import { flagSteps } from '../support/flag-steps.js';
import { killTimes } from '../support/kill-times.js';
import { listen } from '../support/listening.js';
import { isOff, isOn, SdkFleet } from '../support/sdk-fleet.js';
import { findFreePort, type RunningServer, startServer } from '../support/server.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD } from '../support/sign-in.js';
import { until } from '../support/until.js';
import { Nginx } from './support/nginx.js';

/** The clean root keeps the machine busy meanwhile. */
const START_MS_MAX = 120_000;
const FLAG = 'awesome';
const CLIENTS = 5;
const ROUNDS = 4;
/** A proxy that buffers would hold a kill for minutes; a busy machine holds it for less. */
const KILL_MS_MAX = 5_000;
/** The server promises a heartbeat every 15 seconds. */
const IDLE_SECONDS = 20;
/** A client that cannot stream asks every 30 seconds, give or take a fifth. */
const POLLED_MS_MAX = 60_000;
const FLAGS_DURING_RELOADS = 12;

/** Forwards `/flags/` with the path as it is, as the guide on running asks for. */
const forwarding = (server: string, more = '') => `location /flags/ {
      proxy_pass ${server};
      proxy_http_version 1.1;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      ${more}
    }`;

describe('a server under a base path behind nginx', () => {
  let directory: string;
  let server: RunningServer;
  let nginx: Nginx;
  let flags: ReturnType<typeof flagSteps>;
  /** Through nginx, base path included. */
  let url: string;
  /** The same through a port whose idle timeout is shorter than the time between heartbeats. */
  let impatientUrl: string;
  /** The same through a port that buffers streams, although the server asks it not to. */
  let bufferingUrl: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-proxy-'));
    const ports = [await findFreePort(), await findFreePort(), await findFreePort()] as const;
    const urls = ports.map((port) => `http://127.0.0.1:${port}/flags`);
    [url, impatientUrl, bufferingUrl] = urls as [string, string, string];
    server = await startServer({
      dataDir: join(directory, 'data'),
      readyTimeoutMs: START_MS_MAX,
      env: {
        SLUICE_PUBLIC_URL: url,
        SLUICE_TRUSTED_PROXIES: '127.0.0.1',
        SLUICE_INIT_ADMIN: `${ADMIN_EMAIL}:${ADMIN_PASSWORD}`,
      },
    });
    const directives = [
      `proxy_read_timeout ${IDLE_SECONDS}s;`,
      'proxy_read_timeout 2s;',
      'proxy_ignore_headers X-Accel-Buffering;',
    ].map((more) => forwarding(server.url, more));
    nginx = await Nginx.start(new Map(ports.map((port, index) => [port, directives[index] ?? ''])));
    flags = flagSteps({ url, adminKey: server.adminKey });
    await flags.createOpen(FLAG);
  });
  afterAll(async () => {
    await nginx?.stop();
    await server?.stop();
    await rm(directory, { recursive: true, force: true, maxRetries: 10 });
  });

  it('serves the admin UI, whose files are under the base path', async () => {
    expect(server.log).toContain(`Sluice listens on ${server.url}, for ${url}`);
    const page = await ask(`${url}/`);
    expect(page.text).toContain('<base href="/flags/">');
    const [, script] = /<script [^>]*src="([^"]+)"/.exec(page.text) ?? [];
    const file = await ask(new URL(script ?? 'no script', `${url}/`).href);
    expect(file.status).toBe(200);
    expect(file.headers.get('Content-Type')).toContain('javascript');
  });

  it('sends kills through the proxy without waiting for a full buffer', async () => {
    const fleet = await SdkFleet.open({ url, serverKey: server.serverKey }, CLIENTS);
    const times = await killTimes(fleet, flags, { flag: FLAG, rounds: ROUNDS });
    await fleet.close();
    expect(times.at(-1)).toBeLessThan(KILL_MS_MAX);
  });

  it('reaches clients by polling through a proxy that buffers streams', async () => {
    const fleet = await SdkFleet.open({ url: bufferingUrl, serverKey: server.serverKey }, 1);
    expect(fleet.clients[0]?.status().mode).toBe('polling');
    const kill = () => flags.kill(FLAG);
    expect((await fleet.sees(kill, isOff(FLAG), POLLED_MS_MAX)).missing).toBe(0);
    await fleet.close();
  });

  it('keeps a stream open by heartbeats, if the idle timeout is longer', async () => {
    const key = server.serverKey;
    const streams = [openStream(url, { key }), openStream(impatientUrl, { key })] as const;
    const [stream, cut] = await Promise.all(streams);
    const openedAt = performance.now();
    await cut.closed;
    while (performance.now() - openedAt < IDLE_SECONDS * 1_000) {
      await stream.events.nextWhere(({ event }) => event === 'heartbeat');
    }
    stream.close();
  });

  it('writes the address of the client into the audit of a sign-in', async () => {
    await signInFrom('127.0.0.7');
    const { body } = await ask<{ items: unknown[] }>(`${url}/api/v1/audit`, {
      key: server.adminKey,
    });
    expect(body.items[0]).toMatchObject({
      action: 'user.sign-in',
      after: { clientIp: '127.0.0.7' },
    });
  });

  /** The header is what a client could make up; nginx adds the address that it sees. */
  async function signInFrom(localAddress: string): Promise<void> {
    const headers = { 'Content-Type': 'application/json', 'X-Forwarded-For': '203.0.113.9' };
    const asked = request(`${url}/api/v1/session`, { method: 'POST', localAddress, headers });
    asked.end(JSON.stringify({ email: ADMIN_EMAIL, password: ADMIN_PASSWORD }));
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(200);
  }

  it('loses no change while nginx reloads and cuts the streams of its clients', async () => {
    const fleet = await SdkFleet.open({ url, serverKey: server.serverKey }, CLIENTS);
    const changes = fleet.clients.map((client) => listen(client, 'change'));
    const direct = flagSteps(server);
    const keys = Array.from({ length: FLAGS_DURING_RELOADS }, (_, index) => `during-${index}`);
    for (const [index, key] of keys.entries()) {
      if (index % 4 === 1) nginx.reload();
      await direct.createOpen(key);
    }
    await until(async () => {
      for (const client of fleet.clients) {
        expect(client.status().attempts).toBeGreaterThan(1);
        expect(keys.filter((key) => !isOn(key)(client))).toEqual([]);
      }
    });
    for (const { all } of changes) {
      const revisions = all.map(({ revision }) => revision);
      expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
    }
    await fleet.close();
  });
});

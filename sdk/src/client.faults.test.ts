import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientStage, settled } from '../../test/support/client-stage.js';
import type { Fault, FaultProxy } from '../../test/support/fault-proxy.js';
import { listen } from '../../test/support/listening.js';
import type { Override, RulesetServer } from '../../test/support/ruleset-server.js';
import { OFF_FLAG, rulesetOf } from '../../test/support/rulesets.js';
import type { ManualClock } from './testing/index.js';

/** The longest wait after a failure that can end without a change by an operator. */
const RECOVERY_MS = 35_000;

let stage: ClientStage;
let server: RulesetServer;
let proxy: FaultProxy;
let clock: ManualClock;

beforeEach(async () => {
  stage = await ClientStage.open();
  ({ server, proxy, clock } = stage);
});
afterEach(() => stage.close());

/** The value of `awesome` shows the source: off in the bootstrap, on at the server. */
const BOOTSTRAP = rulesetOf({ epoch: 'bootstrap', flags: { awesome: OFF_FLAG } });

const answer =
  (status: number, headers: Record<string, string> = {}, body = ''): Override =>
  (_, response) => {
    response.writeHead(status, headers).end(body);
    return true;
  };

const stream =
  (...writes: string[]): Override =>
  (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.flushHeaders();
    for (const bytes of writes) response.write(bytes);
    return true;
  };

const HTML = { 'Content-Type': 'text/html' };
const LINE = 'a'.repeat(1024 * 1024);

interface FaultCase {
  readonly name: string;
  readonly proxy?: Fault;
  readonly server?: Override;
  /** Time until the client can detect the fault by timeout; 0 when it sees the fault at once. */
  readonly hangsMs?: number;
  readonly recoveryMs?: number;
  readonly status?: number;
}

const FAULTS: readonly FaultCase[] = [
  { name: 'a refused connection', proxy: { kind: 'refuse' } },
  { name: 'a black hole', proxy: { kind: 'hold' }, hangsMs: 5_000 },
  { name: 'a captive portal', server: answer(200, HTML, '<html>Welcome!</html>') },
  { name: 'status 401', server: answer(401), status: 401, recoveryMs: 300_000 },
  { name: 'status 403', server: answer(403), status: 403, recoveryMs: 300_000 },
  { name: 'status 404', server: answer(404), status: 404, recoveryMs: 300_000 },
  {
    name: 'status 429 with Retry-After',
    server: answer(429, { 'Retry-After': '20' }),
    status: 429,
  },
  { name: 'status 500', server: answer(500), status: 500 },
  { name: 'status 503', server: answer(503), status: 503 },
  { name: 'a redirect loop', server: answer(302, { Location: '/sdk/v1/stream' }), status: 302 },
  {
    name: 'a wrong content type',
    server: answer(200, { 'Content-Type': 'application/json' }, '{}'),
  },
  { name: 'an immediate close', proxy: { kind: 'cut', afterBytes: 1 } },
  { name: 'a half close after the headers', proxy: { kind: 'halfClose', afterBytes: 120 } },
  { name: 'silence after the headers', server: stream(), hangsMs: 5_000 },
  { name: 'silence after the first byte', server: stream(': ok\n\n'), hangsMs: 45_000 },
  { name: 'truncated JSON', server: stream('event: ruleset\nid: e1:5\ndata: {"schema":1,\n\n') },
  { name: 'a wrong schema', server: stream('event: ruleset\nid: e1:5\ndata: {"schema":2}\n\n') },
  { name: 'JSON of the wrong form', server: stream('event: patch\ndata: []\n\n') },
  {
    name: 'a patch out of nowhere',
    server: stream(
      'event: patch\nid: e1:9\ndata: {"epoch":"e1","from":8,"to":9,"at":1,"flags":{},"segments":{}}\n\n',
    ),
  },
  {
    name: '"current" out of nowhere',
    server: stream('event: current\nid: e1:9\ndata: {"now":1}\n\n'),
  },
  {
    name: 'a huge payload',
    server: stream('data: ', ...Array<string>(11).fill(`${LINE}\ndata: `)),
  },
  { name: 'an endless line', server: stream(...Array<string>(11).fill(LINE)) },
  { name: 'a corrupt byte', proxy: { kind: 'corrupt', atByte: 175 } },
];

describe.each(FAULTS)('a client under $name', (fault) => {
  beforeEach(() => {
    if (fault.proxy) proxy.fault = fault.proxy;
    if (fault.server) server.override = fault.server;
  });

  function heal(): void {
    proxy.fault = { kind: 'none' };
    server.override = () => false;
  }

  /** Waits until the client has reported a failure and set the timer for its next attempt. */
  async function failed(errors: ReturnType<typeof listen<'error'>>): Promise<void> {
    await errors.next();
    await settled();
  }

  it('starts with the bootstrap, reports it in time, and recovers', async () => {
    const flags = stage.connect({ bootstrap: BOOTSTRAP });
    const errors = listen(flags, 'error');
    const changes = listen(flags, 'change');
    expect(flags.isActive('awesome', {}, true)).toBe(false);

    const ready = flags.ready();
    await proxy.connections.next();
    if (fault.hangsMs === undefined) await failed(errors);
    clock.advance(2_000);
    expect(await ready).toBe('stale');
    expect(flags.status()).toMatchObject({ state: 'stale', source: 'bootstrap' });

    if (fault.hangsMs !== undefined) clock.advance(fault.hangsMs);
    if (fault.hangsMs !== undefined) await failed(errors);
    if (fault.status !== undefined) {
      expect(flags.status().lastError).toMatchObject({ status: fault.status });
    }
    heal();
    clock.advance(fault.recoveryMs ?? RECOVERY_MS);
    expect(await changes.nextWhere(({ source }) => source === 'live')).toMatchObject({
      revision: 5,
    });
    expect(flags.isActive('awesome')).toBe(true);
    expect(flags.status()).toMatchObject({ state: 'live', mode: 'streaming' });
  });

  it('starts with the default of each call when it has no copy', async () => {
    const flags = stage.connect();
    const errors = listen(flags, 'error');
    const ready = flags.ready();
    await proxy.connections.next();
    if (fault.hangsMs === undefined) await failed(errors);
    clock.advance(2_000);
    expect(await ready).toBe(fault.recoveryMs === undefined ? 'timeout' : 'failed');
    expect(flags.isActive('awesome', {}, true)).toBe(true);
    expect(flags.details('awesome', {}, 1).errorCode).toBe('PROVIDER_NOT_READY');
    expect(flags.status()).toMatchObject({ state: 'starting', source: 'default' });
  });

  it('tries to connect at most 12 times in the first minute', async () => {
    const flags = stage.connect({ random: () => 0 });
    const errors = listen(flags, 'error');
    for (let second = 0; second < 60; second += 1) {
      const { attempts } = flags.status();
      if (fault.hangsMs === undefined && attempts > errors.all.length) await failed(errors);
      clock.advance(1_000);
      await settled();
    }
    expect(flags.status().attempts).toBeGreaterThanOrEqual(1);
    expect(flags.status().attempts).toBeLessThanOrEqual(12);
  });

  it('keeps its rules while it runs and receives new ones after the fault', async () => {
    proxy.fault = { kind: 'none' };
    server.override = () => false;
    const flags = stage.connect();
    const errors = listen(flags, 'error');
    const changes = listen(flags, 'change');
    await changes.next();

    if (fault.proxy) proxy.fault = fault.proxy;
    if (fault.server) server.override = fault.server;
    proxy.cutAll();
    await failed(errors);
    clock.advance(3_000);
    await proxy.connections.nextWhere((count) => count > 1);
    if (fault.hangsMs !== undefined) clock.advance(fault.hangsMs);
    await failed(errors);
    expect(flags.isActive('awesome')).toBe(true);
    expect(flags.status()).toMatchObject({ source: 'live', revision: 5 });

    server.publish({ flags: { awesome: OFF_FLAG } });
    heal();
    clock.advance(fault.recoveryMs ?? RECOVERY_MS);
    await changes.nextWhere(({ revision }) => revision === 6);
    expect(flags.isActive('awesome')).toBe(false);
  });
});

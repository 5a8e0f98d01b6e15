import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientStage, SERVER_KEY, settled } from '../../test/support/client-stage.js';
import { listen } from '../../test/support/listening.js';
import { OFF_FLAG } from '../../test/support/rulesets.js';
import { type ClientOptions, createClient } from './index.js';

const NEW_KEY = 'sl_server_fedcba9876543210fedcba9876543210';

let stage: ClientStage;

beforeEach(async () => {
  stage = await ClientStage.open();
});
afterEach(() => stage.close());

/** Makes the server accept only this key. */
function accept(key: string): void {
  stage.server.override = (request, response) => {
    if (request.headers.authorization === `Bearer ${key}`) return false;
    response.writeHead(401).end();
    return true;
  };
}

describe('a rejected key', () => {
  it('is reported once and retried slowly without giving up', async () => {
    accept(NEW_KEY);
    const flags = stage.connect();
    const errors = listen(flags, 'error');
    expect(await flags.ready()).toBe('failed');
    for (let attempt = 2; attempt < 5; attempt += 1) {
      await settled();
      stage.clock.advance(149_999);
      expect(flags.status().attempts).toBe(attempt - 1);
      stage.clock.advance(150_000);
      await errors.nextWhere(() => errors.all.length === attempt);
    }
    expect(stage.log.filter((line) => line.includes('401'))).toHaveLength(2);
    accept(SERVER_KEY);
    const ready = listen(flags, 'ready');
    await settled();
    stage.clock.advance(300_000);
    await ready.next();
    expect(flags.isActive('awesome')).toBe(true);
    expect(await flags.ready()).toBe('ok');
  });

  it('can be replaced at runtime and takes effect immediately', async () => {
    accept(NEW_KEY);
    const flags = stage.connect();
    await flags.ready();
    const ready = listen(flags, 'ready');
    flags.setKey(NEW_KEY);
    await ready.next();
    expect(flags.isActive('awesome')).toBe(true);
  });

  it('is replaced during a running stream by requesting a whole ruleset', async () => {
    const flags = stage.connect();
    await flags.ready();
    const first = await stage.server.streams.next();
    const changes = listen(flags, 'change');
    const { ruleset } = stage.server;
    const flagsThere = { awesome: OFF_FLAG };
    stage.server.ruleset = { ...ruleset, environment: 'staging', revision: 2, flags: flagsThere };
    flags.setKey(NEW_KEY);
    expect(await changes.next()).toMatchObject({ revision: 2 });
    expect((await stage.server.streams.next()).lastEventId).toBeNull();
    expect(flags.isActive('awesome')).toBe(false);
    await first.closed;
  });
});

describe('invalid options', () => {
  it.each<[string, Partial<ClientOptions>]>([
    ['url', { url: 'not a url' }],
    ['url', { url: 'ftp://flags.example.com' }],
    ['url', { url: 'https://user:pass@flags.example.com' }],
    ['key', { key: 'with space\r\nX-Evil: 1' }],
    ['service', { service: 'zoë' }],
    ['serviceVersion', { serviceVersion: 1 as never }],
    ['cacheDir', { cacheDir: '' }],
    ['bootstrap', { bootstrap: { schema: 9 } }],
    ['readyTimeoutMs', { readyTimeoutMs: -1 }],
    ['staleAfterMs', { staleAfterMs: Number.NaN }],
    ['maxStaleMs', { maxStaleMs: 1 }],
    ['pollIntervalMs', { pollIntervalMs: 10 }],
    ['trustedProxies', { trustedProxies: ['10.0.0.0/8', 'proxy'] }],
    ['trustedProxies', { trustedProxies: '10.0.0.0/8' as never }],
    ['contextFromRequest', { contextFromRequest: 1 as never }],
    ['clock', { clock: {} as never }],
    ['random', { random: 1 as never }],
    ['fetch', { fetch: 1 as never }],
  ])('are reported and replaced by defaults: %s %j', async (name, options) => {
    const flags = stage.connect(options);
    expect(flags.isActive('awesome', {}, true)).toBe(true);
    expect(stage.log[0]).toContain(`option "${name}" is ignored`);
    expect(stage.log.join()).not.toContain('Evil');
    await flags.close();
  });

  it('never make the constructor throw', async () => {
    const trap = new Proxy(
      {},
      {
        get: () => expect.unreachable(),
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    for (const options of [undefined, null, 1, 'x', [], {}, trap]) {
      const flags = createClient(options as never);
      expect(flags.isActive('awesome', {}, true)).toBe(true);
      expect(await flags.ready()).toBe('failed');
      expect(flags.status()).toMatchObject({ state: 'starting', source: 'default' });
      await flags.close();
    }
  });

  it('leave the bootstrap in force until a usable key is set', async () => {
    const bootstrap = { ...stage.server.ruleset, flags: { awesome: OFF_FLAG } };
    const flags = stage.connect({ key: '', bootstrap });
    expect(await flags.ready()).toBe('stale');
    expect(flags.isActive('awesome', {}, true)).toBe(false);
    const ready = listen(flags, 'ready');
    flags.setKey('not a key');
    flags.setKey(SERVER_KEY);
    await ready.next();
    expect(flags.isActive('awesome')).toBe(true);
  });
});

describe('closing a client', () => {
  it('ends the stream, can be repeated, and leaves evaluation working', async () => {
    const flags = stage.connect();
    await flags.ready();
    const stream = await stage.server.streams.next();
    await Promise.all([flags.close(), flags.close(), flags[Symbol.asyncDispose]()]);
    await stream.closed;
    expect(stage.clock.pending).toEqual([]);
    expect(flags.isActive('awesome')).toBe(true);
    expect(flags.status().state).toBe('closed');
    flags.setKey(NEW_KEY);
    expect(await flags.ready()).toBe('ok');
    await flags.close();
    expect(stage.server.openStreams).toBe(0);
  });

  it('resolves pending calls of ready()', async () => {
    stage.proxy.fault = { kind: 'hold' };
    const flags = stage.connect();
    const ready = flags.ready();
    await stage.proxy.connections.next();
    await flags.close();
    expect(await ready).toBe('failed');
    expect(stage.clock.pending).toEqual([]);
  });
});

describe('many clients with one key', () => {
  it('log a warning about a leak when a sixth client is created', async () => {
    const key = `${SERVER_KEY}x`;
    const clients = Array.from({ length: 5 }, () => stage.connect({ key }));
    expect(stage.log).toEqual([]);
    await clients[0]?.close();
    stage.connect({ key });
    expect(stage.log).toEqual([]);
    stage.connect({ key });
    expect(stage.log.join()).toContain('many clients with one key');
  });
});

describe('an evaluation call', () => {
  it('never throws, whatever the key, the context and the fallback are', async () => {
    const flags = stage.connect();
    await flags.ready();
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
        getPrototypeOf: () => {
          throw new Error('no');
        },
      },
    );
    const throwing = Object.defineProperty({}, 'targetingKey', {
      get: () => {
        throw new Error('no');
      },
    });
    const things = [undefined, null, 0, 1n, '', Symbol('s'), [], {}, hostile, throwing, () => 1];
    const rollout = { ...OFF_FLAG, status: 'conditional' } as const;
    const rules = [{ id: 'r', rollout: { to: 0 }, serve: { variant: 'on' } }];
    stage.server.publish({ flags: { ramp: { ...rollout, rules } } });
    for (const thing of things) {
      for (const key of ['awesome', 'ramp', 'unknown', thing]) {
        expect(typeof flags.isActive(key as string, thing as object)).toBe('boolean');
        expect(flags.details(key as string, thing as object, thing)).toHaveProperty('reason');
        flags.value(key as string, thing as object, thing);
      }
    }
    expect(Object.keys(flags.status().unknownFlags)).toContain('(symbol)');
  });

  it('logs only the flag key, truncated and on one line', async () => {
    const flags = stage.connect();
    await flags.ready();
    flags.isActive(`evil\n${'x'.repeat(500)}`, { targetingKey: 'secret-user' });
    expect(stage.log).toHaveLength(1);
    expect(stage.log[0]).toMatch(/^\[sluice\] flag "evil\\nx{95}" is not in the ruleset$/);
  });

  it('counts contexts without the rollout attribute and logs the flag once', async () => {
    const rules = [{ id: 'r', rollout: { to: 100 }, serve: { variant: 'on' } }];
    const ramp = { ...OFF_FLAG, status: 'conditional', rules } as const;
    stage.server.ruleset = { ...stage.server.ruleset, flags: { ramp } };
    const flags = stage.connect();
    await flags.ready();
    expect(flags.isActive('ramp', { targetingKey: 'u1' })).toBe(true);
    expect(flags.isActive('ramp', { email: 'a@example.com' })).toBe(false);
    expect(flags.isActive('ramp')).toBe(false);
    expect(flags.status().missingUnits).toEqual({ ramp: 2 });
    expect(stage.log).toEqual([
      '[sluice] flag "ramp" has a rollout by "targetingKey", which a context lacks',
    ]);
  });
});

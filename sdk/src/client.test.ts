import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RulesetServer } from '../../test/support/ruleset-server.js';
import { KILLED_FLAG, OFF_FLAG, ON_FLAG, rulesetOf } from '../../test/support/rulesets.js';
import { createClient } from './client.js';
import type { ClientOptions, FlagClient } from './index.js';

const KEY = 'sl_server_0123456789abcdef0123456789abcdef';

let server: RulesetServer;
let flags: FlagClient;

function connect(options: Partial<ClientOptions> = {}): FlagClient {
  flags = createClient({ url: server.url, key: KEY, random: () => 0, ...options });
  return flags;
}

/** Resolves with the next change event. */
function nextChange(client: FlagClient) {
  return new Promise<{ keys: readonly string[]; revision: number }>((resolve) => {
    const stop = client.on('change', (change) => {
      stop();
      resolve(change);
    });
  });
}

beforeEach(async () => {
  server = await RulesetServer.start(rulesetOf({}));
});
afterEach(async () => {
  await flags.close();
  await server.close();
});

describe('a client', () => {
  it('serves the fallback of each call until rules arrive', () => {
    connect();
    expect(flags.isActive('awesome')).toBe(false);
    expect(flags.isActive('awesome', {}, true)).toBe(true);
    expect(flags.details('awesome', {}, 'x')).toEqual({
      value: 'x',
      reason: 'ERROR',
      errorCode: 'PROVIDER_NOT_READY',
    });
  });

  it('is ready with the rules of the server', async () => {
    connect();
    expect(await flags.ready()).toBe('ok');
    expect(flags.isActive('awesome')).toBe(true);
    expect(flags.value('awesome', {}, false)).toBe(true);
    expect(flags.status()).toMatchObject({
      state: 'live',
      source: 'live',
      mode: 'streaming',
      epoch: 'e1',
      revision: 1,
      lastError: null,
    });
  });

  it('applies a kill as soon as the patch arrives and emits a change', async () => {
    connect();
    await flags.ready();
    const change = nextChange(flags);
    server.publish({ flags: { awesome: KILLED_FLAG }, receiptSpreadMs: 0 });
    expect(await change).toMatchObject({ keys: ['awesome'], revision: 2 });
    expect(flags.isActive('awesome', {}, true)).toBe(false);
    const batch = await server.batches.nextWhere(({ applied }) => applied?.revision === 2);
    expect(batch.applied).toEqual({ epoch: 'e1', revision: 2 });
  });

  it('identifies itself in every request', async () => {
    connect({ service: 'shop', serviceVersion: '1.2.3' });
    await flags.ready();
    const { headers } = await server.streams.next();
    expect(headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'sluice-instance': flags.status().instance,
      'sluice-service': 'shop',
      'sluice-service-version': '1.2.3',
    });
    expect(headers['sluice-sdk']).toMatch(/^node\/\d+\.\d+\.\d+$/);
  });

  it('adds and removes flags as patches require', async () => {
    connect();
    await flags.ready();
    let change = nextChange(flags);
    server.publish({ flags: { second: ON_FLAG, awesome: null } });
    expect((await change).keys).toEqual(['awesome', 'second']);
    expect(flags.isActive('second')).toBe(true);
    expect(flags.details('awesome', {}, true)).toMatchObject({ errorCode: 'FLAG_NOT_FOUND' });
    change = nextChange(flags);
    server.publish({ flags: { second: OFF_FLAG } });
    await change;
    expect(flags.isActive('second')).toBe(false);
  });
});

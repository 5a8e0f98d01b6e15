import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientStage, settled } from '../../test/support/client-stage.js';
import { listen } from '../../test/support/listening.js';
import type { Override } from '../../test/support/ruleset-server.js';
import { KILLED_FLAG, OFF_FLAG, ON_FLAG } from '../../test/support/rulesets.js';
import type { FlagClient } from './index.js';
import { STREAM_PATH } from './protocol/headers.js';

let stage: ClientStage;

beforeEach(async () => {
  stage = await ClientStage.open();
});
afterEach(() => stage.close());

/** A proxy on the way that keeps every byte of a stream to itself. */
const silentStreams: Override = (request, response) => {
  if (request.url !== STREAM_PATH) return false;
  response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
  return true;
};

/** Sits through two silent streams; the poll that follows at once succeeds. */
async function pollingClient(options = {}): Promise<FlagClient> {
  stage.server.override = silentStreams;
  const flags = stage.connect(options);
  const errors = listen(flags, 'error');
  for (const wait of [3_000, 0]) {
    await stage.server.requests.nextWhere((line) => line.endsWith(STREAM_PATH));
    stage.clock.advance(5_000);
    await errors.next();
    await settled();
    stage.clock.advance(wait);
  }
  await stage.server.polls.next();
  while (flags.status().mode !== 'polling') await settled();
  return flags;
}

/** Once the client waits for its next poll or stream, lets that time pass. */
async function passPollInterval(): Promise<void> {
  while (!stage.clock.pending.some((ms) => Math.round(ms) === 35_880)) await settled();
  stage.clock.advance(35_880);
}

describe('where streams stay silent', () => {
  it('the client polls instead after two attempts, and says so', async () => {
    const flags = await pollingClient();
    expect(flags.isActive('awesome')).toBe(true);
    expect(flags.status()).toMatchObject({ state: 'live', mode: 'polling', attempts: 3 });
  });

  it('a poll asks with the tag of what it has, and takes what is new', async () => {
    const flags = await pollingClient();
    const changes = listen(flags, 'change');
    await passPollInterval();
    expect((await stage.server.polls.next()).headers['if-none-match']).toMatch(/^"[0-9a-f]{64}"$/);
    stage.server.publish({ flags: { awesome: KILLED_FLAG } });
    while (flags.status().ageMs !== 0) await settled();
    await passPollInterval();
    expect(await changes.next()).toMatchObject({ keys: ['awesome'], revision: 6 });
    expect(flags.isActive('awesome', {}, true)).toBe(false);
  });

  it('an answer "not modified" keeps the rules fresh', async () => {
    const flags = await pollingClient();
    await passPollInterval();
    await stage.server.polls.next();
    while (flags.status().ageMs !== 0) await settled();
    expect(flags.status()).toMatchObject({ state: 'live', mode: 'polling' });
  });

  it('each answer tells the time of the server, also one that has nothing new', async () => {
    const now = stage.clock.now();
    const day = new Date(now + 86_400_000).toISOString();
    const when = { attribute: 'now', operator: 'after', values: [day] } as const;
    const rules = [{ id: 'opening', when, serve: { variant: 'on' } }];
    const opening = { ...ON_FLAG, status: 'conditional', rules } as const;
    stage.server.ruleset = { ...stage.server.ruleset, flags: { opening } };
    stage.server.time = now + 2 * 86_400_000;
    const flags = await pollingClient();
    expect(flags.isActive('opening')).toBe(true);
    stage.server.time = now;
    await passPollInterval();
    await stage.server.polls.next();
    while (flags.status().ageMs !== 0) await settled();
    expect(flags.isActive('opening')).toBe(false);
  });

  it('streaming is tried again every five minutes, and taken up when it works', async () => {
    const flags = await pollingClient();
    stage.server.requests.all.length = 0;
    stage.server.override = () => false;
    let polls = 0;
    while (!stage.server.requests.all.some((line) => line.endsWith(STREAM_PATH))) {
      await passPollInterval();
      await stage.server.requests.next();
      while (flags.status().ageMs !== 0) await settled();
      polls += 1;
    }
    expect(polls).toBe(9);
    stage.server.heartbeat(stage.clock.now());
    while (flags.status().mode !== 'streaming') await settled();
    const changes = listen(flags, 'change');
    stage.server.publish({ flags: { awesome: OFF_FLAG } });
    await changes.next();
    expect(flags.isActive('awesome')).toBe(false);
  });

  it('a poll that fails too starts over with streams: then the network is down', async () => {
    const flags = await pollingClient();
    const errors = listen(flags, 'error');
    stage.proxy.fault = { kind: 'refuse' };
    await passPollInterval();
    await errors.next();
    expect(flags.isActive('awesome')).toBe(true);
    stage.proxy.fault = { kind: 'none' };
    stage.server.override = () => false;
    await settled();
    stage.clock.advance(3_000);
    await stage.server.streams.next();
  });

  it('a poll of an older revision is refused', async () => {
    const flags = await pollingClient();
    const { ruleset } = stage.server;
    stage.server.ruleset = { ...ruleset, revision: 4, flags: { awesome: OFF_FLAG } };
    await passPollInterval();
    await stage.server.polls.next();
    await settled();
    await passPollInterval();
    await stage.server.polls.next();
    expect(flags.isActive('awesome')).toBe(true);
    expect(flags.status()).toMatchObject({ revision: 5, state: 'stale' });
  });
});

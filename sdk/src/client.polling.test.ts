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

/** Simulates a proxy that buffers a stream and never forwards a byte. */
const silentStreams: Override = (request, response) => {
  if (request.url !== STREAM_PATH) return false;
  response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
  return true;
};

/** Returns a client after two silent streams; the poll that follows immediately succeeds. */
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

/** Waits until the client has set the timer for its next poll or stream, then fires it. */
async function passPollInterval(): Promise<void> {
  while (!stage.clock.pending.some((ms) => Math.round(ms) === 35_880)) await settled();
  stage.clock.advance(35_880);
}

describe('a client whose streams stay silent', () => {
  it('polls after two attempts and reports the mode', async () => {
    const flags = await pollingClient();
    expect(flags.isActive('awesome')).toBe(true);
    expect(flags.status()).toMatchObject({ state: 'live', mode: 'polling', attempts: 3 });
  });

  it('polls with the ETag of its rules and applies newer ones', async () => {
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

  it('keeps its rules fresh when a poll answers "not modified"', async () => {
    const flags = await pollingClient();
    await passPollInterval();
    await stage.server.polls.next();
    while (flags.status().ageMs !== 0) await settled();
    expect(flags.status()).toMatchObject({ state: 'live', mode: 'polling' });
  });

  it('reads the server time from each poll, also from one without new rules', async () => {
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

  it('retries streaming every five minutes and switches back when it works', async () => {
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

  it('starts over with streams when a poll fails too, because the network is down', async () => {
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

  it('ignores a poll with an older revision', async () => {
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

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientStage, settled } from '../../test/support/client-stage.js';
import { listen } from '../../test/support/listening.js';
import { ON_FLAG } from '../../test/support/rulesets.js';
import type { FlagClient } from './index.js';

const DAY_MS = 86_400_000;

let stage: ClientStage;

beforeEach(async () => {
  stage = await ClientStage.open();
});
afterEach(() => stage.close());

/** Serves a flag that turns on an hour after the start of the stage's clock. */
async function clientWithOpening(): Promise<FlagClient> {
  const opensAt = new Date(stage.clock.now() + 3_600_000).toISOString();
  const when = { attribute: 'now', operator: 'after', values: [opensAt] } as const;
  const rules = [{ id: 'opening', when, serve: { variant: 'on' } }];
  const opening = { ...ON_FLAG, status: 'conditional', rules } as const;
  stage.server.ruleset = { ...stage.server.ruleset, flags: { opening } };
  const flags = stage.connect();
  await flags.ready();
  return flags;
}

async function heartbeat(flags: FlagClient, now: number): Promise<void> {
  stage.clock.advance(1);
  stage.server.heartbeat(now);
  while (flags.status().ageMs !== 0) await settled();
}

describe('rules about dates', () => {
  it('follow the server clock, not a local clock that is a day ahead', async () => {
    const serverNow = stage.clock.now();
    const flags = await clientWithOpening();
    stage.clock.setNow(serverNow + DAY_MS);
    expect(flags.isActive('opening')).toBe(true);
    await heartbeat(flags, serverNow);
    expect(flags.isActive('opening')).toBe(false);
  });

  it('follow the server clock from the first response on', async () => {
    stage.server.time = stage.clock.now() + DAY_MS;
    const flags = await clientWithOpening();
    expect(flags.isActive('opening')).toBe(true);
  });

  it('stay correct while the local clock jumps', async () => {
    const flags = await clientWithOpening();
    const serverNow = stage.clock.now();
    await heartbeat(flags, serverNow);
    stage.clock.setNow(serverNow + DAY_MS);
    expect(flags.isActive('opening')).toBe(false);
    stage.clock.setNow(serverNow - DAY_MS);
    expect(flags.isActive('opening')).toBe(false);
    for (let minute = 0; minute < 60; minute += 0.5) {
      stage.clock.advance(30_000);
      await heartbeat(flags, serverNow + (minute + 0.5) * 60_000);
    }
    await heartbeat(flags, serverNow + 3_601_000);
    expect(flags.isActive('opening')).toBe(true);
  });
});

describe('a jump of the wall clock', () => {
  it('does not move retries', async () => {
    stage.proxy.fault = { kind: 'refuse' };
    const flags = stage.connect();
    const errors = listen(flags, 'error');
    await errors.next();
    await settled();
    stage.clock.setNow(stage.clock.now() + DAY_MS);
    stage.clock.advance(2_900);
    await settled();
    expect(flags.status().attempts).toBe(1);
    stage.clock.setNow(stage.clock.now() - 2 * DAY_MS);
    stage.clock.advance(100);
    await errors.next();
    expect(flags.status().attempts).toBe(2);
  });

  it('does not make fresh rules stale', async () => {
    const flags = stage.connect();
    await flags.ready();
    stage.clock.setNow(stage.clock.now() + DAY_MS);
    stage.clock.advance(1_000);
    expect(flags.status()).toMatchObject({ state: 'live', ageMs: 1_000 });
  });
});

describe('a server that does not answer receipts', () => {
  it('delays neither rules nor evaluation', async () => {
    stage.server.override = (request) => request.method === 'POST';
    const flags = stage.connect({ random: () => 0 });
    await flags.ready();
    const changes = listen(flags, 'change');
    stage.server.publish({ flags: { next: ON_FLAG } });
    expect(await changes.next()).toMatchObject({ revision: 6 });
    expect(flags.isActive('next')).toBe(true);
    const flushed = flags.flush();
    stage.clock.advance(2_000);
    expect(await flushed).toBe(false);
  });
});

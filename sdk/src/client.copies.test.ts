import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientStage, settled } from '../../test/support/client-stage.js';
import { listen } from '../../test/support/listening.js';
import { KILLED_FLAG, OFF_FLAG, rulesetOf } from '../../test/support/rulesets.js';
import type { FlagClient } from './index.js';

let stage: ClientStage;
let cacheDir: string;

beforeEach(async () => {
  stage = await ClientStage.open();
  cacheDir = await mkdtemp(join(tmpdir(), 'sluice-client-'));
});
afterEach(async () => {
  await stage.close();
  await chmod(cacheDir, 0o700);
  await rm(cacheDir, { recursive: true });
});

async function leaveCopy(): Promise<void> {
  const flags = stage.connect({ cacheDir });
  await flags.ready();
  await flags.close();
}

async function started(flags: FlagClient): Promise<void> {
  while (flags.status().source === 'default') await settled();
}

const BOOTSTRAP = rulesetOf({ epoch: 'b', flags: { awesome: OFF_FLAG, boot: OFF_FLAG } });

describe('a client that starts while the server is unreachable', () => {
  it('serves the copy on disk in preference to the bootstrap', async () => {
    await leaveCopy();
    stage.proxy.fault = { kind: 'refuse' };
    const flags = stage.connect({ cacheDir, bootstrap: BOOTSTRAP });
    expect(flags.isActive('awesome')).toBe(false);
    while (flags.status().source !== 'disk') await settled();
    expect(flags.isActive('awesome')).toBe(true);
    const ready = flags.ready();
    stage.clock.advance(2_000);
    expect(await ready).toBe('stale');
    expect(flags.status()).toMatchObject({ state: 'stale', source: 'disk', revision: 5 });
  });

  it('serves the bootstrap when the copy on disk is corrupt', async () => {
    await leaveCopy();
    const [file] = await readdir(cacheDir);
    await writeFile(join(cacheDir, file as string), 'broken');
    stage.proxy.fault = { kind: 'refuse' };
    const flags = stage.connect({ cacheDir, bootstrap: BOOTSTRAP });
    await stage.proxy.connections.next();
    expect(flags.status().source).toBe('bootstrap');
  });

  it('notifies listeners of the flags in the copy on disk', async () => {
    await leaveCopy();
    stage.proxy.fault = { kind: 'refuse' };
    const changes = listen(stage.connect({ cacheDir }), 'change');
    expect(await changes.next()).toMatchObject({ keys: ['awesome'], source: 'disk', revision: 5 });
  });
});

describe('a client that starts with a copy on disk', () => {
  it('waits up to 250 ms before it connects, then sends the position of the copy', async () => {
    await leaveCopy();
    await stage.server.streams.next();
    const flags = stage.connect({ cacheDir });
    await started(flags);
    while (!stage.clock.pending.includes(247.5)) await settled();
    expect(flags.status().attempts).toBe(0);
    stage.clock.advance(248);
    expect((await stage.server.streams.next()).lastEventId).toBe('e1:5');
    expect(await flags.ready()).toBe('ok');
    expect(flags.status()).toMatchObject({ state: 'live', source: 'live', revision: 5 });
  });

  it('connects immediately when there is no copy', async () => {
    stage.connect({ cacheDir });
    expect((await stage.server.streams.next()).lastEventId).toBeNull();
  });

  it('keeps the copy when the server has an older revision, and reports it as stale', async () => {
    await leaveCopy();
    stage.server.ruleset = rulesetOf({ revision: 3, flags: { awesome: OFF_FLAG } });
    const flags = stage.connect({ cacheDir });
    await started(flags);
    while (!stage.clock.pending.includes(247.5)) await settled();
    stage.clock.advance(248);
    await stage.server.streams.next();
    await stage.server.streams.next();
    await settled();
    expect(flags.isActive('awesome')).toBe(true);
    expect(flags.status()).toMatchObject({ state: 'stale', source: 'disk', revision: 5 });
  });
});

describe('the copy on disk', () => {
  it('is written shortly after each change', async () => {
    const flags = stage.connect({ cacheDir });
    await flags.ready();
    const changes = listen(flags, 'change');
    stage.server.publish({ flags: { awesome: KILLED_FLAG } });
    await changes.next();
    expect(await readdir(cacheDir)).toEqual([]);
    stage.clock.advance(1_000);
    while ((await readdir(cacheDir)).length === 0) await settled();
    await flags.flush();
    stage.proxy.fault = { kind: 'refuse' };
    const next = stage.connect({ cacheDir });
    await started(next);
    expect(next.isActive('awesome', {}, true)).toBe(false);
  });

  it('causes only a warning when it cannot be written', async () => {
    const file = join(cacheDir, 'file');
    await writeFile(file, '');
    const flags = stage.connect({ cacheDir: join(file, 'below') });
    expect(await flags.ready()).toBe('ok');
    stage.clock.advance(1_000);
    while (stage.log.length === 0) await settled();
    expect(stage.log).toEqual(['[sluice] the copy of the rules cannot be written']);
    expect(flags.isActive('awesome')).toBe(true);
  });
});

describe('rules that the server has not confirmed recently', () => {
  it('become stale after a minute and are still served', async () => {
    const flags = stage.connect();
    await flags.ready();
    const stale = listen(flags, 'stale');
    stage.proxy.silenceAll();
    stage.proxy.fault = { kind: 'refuse' };
    stage.clock.advance(60_000);
    expect(stale.all).toMatchObject([{ state: 'stale', source: 'live', ageMs: 60_000 }]);
    expect(flags.isActive('awesome')).toBe(true);
  });

  it('are not served after maxStaleMs, if it is set, until the server answers', async () => {
    const flags = stage.connect({ maxStaleMs: 120_000 });
    await flags.ready();
    const errors = listen(flags, 'error');
    stage.proxy.silenceAll();
    stage.proxy.fault = { kind: 'refuse' };
    stage.clock.advance(45_000);
    await errors.next();
    stage.clock.advance(74_999);
    expect(flags.isActive('awesome')).toBe(true);
    stage.clock.advance(1);
    expect(flags.details('awesome', {}, false).errorCode).toBe('PROVIDER_NOT_READY');
    expect(flags.status()).toMatchObject({ source: 'default', state: 'stale' });
    stage.proxy.fault = { kind: 'none' };
    const status = listen(flags, 'status');
    await settled();
    stage.clock.advance(30_000);
    await status.nextWhere(({ state }) => state === 'live');
    expect(flags.isActive('awesome')).toBe(true);
  });
});

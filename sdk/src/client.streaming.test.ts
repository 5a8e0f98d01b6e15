import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientStage, settled } from '../../test/support/client-stage.js';
import { listen } from '../../test/support/listening.js';
import { KILLED_FLAG, OFF_FLAG, ON_FLAG, rulesetOf } from '../../test/support/rulesets.js';
import type { FlagClient } from './index.js';

let stage: ClientStage;

beforeEach(async () => {
  stage = await ClientStage.open();
});
afterEach(() => stage.close());

async function liveClient(options = {}): Promise<FlagClient> {
  const flags = stage.connect(options);
  expect(await flags.ready()).toBe('ok');
  return flags;
}

describe('the order of revisions', () => {
  it('never goes back to an older revision of the same epoch', async () => {
    const flags = await liveClient();
    const stream = await stage.server.streams.next();
    const heartbeats = listen(flags, 'change');
    const older = rulesetOf({ revision: 4, flags: { awesome: OFF_FLAG } });
    stream.send({ event: 'ruleset', id: 'e1:4', data: older });
    stage.server.publish({ flags: { next: ON_FLAG } });
    expect(await heartbeats.next()).toMatchObject({ revision: 6, keys: ['next'] });
    expect(flags.isActive('awesome')).toBe(true);
  });

  it('accepts a lower revision of a new epoch, but only as a whole ruleset', async () => {
    const flags = await liveClient();
    const stream = await stage.server.streams.next();
    const changes = listen(flags, 'change');
    const restored = rulesetOf({ epoch: 'e2', revision: 2, flags: { awesome: OFF_FLAG } });
    stream.send({ event: 'ruleset', id: 'e2:2', data: restored });
    expect(await changes.next()).toMatchObject({ epoch: 'e2', revision: 2 });
    expect(flags.isActive('awesome')).toBe(false);
  });

  it('drops the stream and requests a whole ruleset when a patch has another epoch', async () => {
    const flags = await liveClient();
    const stream = await stage.server.streams.next();
    const errors = listen(flags, 'error');
    const patch = { epoch: 'e2', from: 5, to: 6, at: 1, flags: { awesome: null }, segments: {} };
    stream.send({ event: 'patch', id: 'e2:6', data: patch });
    await errors.next();
    expect(flags.isActive('awesome')).toBe(true);
    await settled();
    stage.clock.advance(3_000);
    expect((await stage.server.streams.next()).lastEventId).toBeNull();
  });

  it('requests a whole ruleset when a patch leaves a gap', async () => {
    const flags = await liveClient();
    const stream = await stage.server.streams.next();
    const errors = listen(flags, 'error');
    const patch = { epoch: 'e1', from: 6, to: 7, at: 1, flags: { awesome: null }, segments: {} };
    stream.send({ event: 'patch', id: 'e1:7', data: patch });
    expect((await errors.next()).message).toBe('a patch does not follow e1:5');
    await settled();
    stage.clock.advance(3_000);
    expect((await stage.server.streams.next()).lastEventId).toBeNull();
  });

  it('ignores a patch that is already applied', async () => {
    const flags = await liveClient();
    const stream = await stage.server.streams.next();
    const changes = listen(flags, 'change');
    const patch = { epoch: 'e1', from: 3, to: 4, at: 1, flags: { awesome: null }, segments: {} };
    stream.send({ event: 'patch', id: 'e1:4', data: patch });
    stage.server.publish({ flags: { next: ON_FLAG } });
    await changes.next();
    expect(changes.all).toHaveLength(1);
    expect(flags.isActive('awesome')).toBe(true);
  });

  it('sends the current position on reconnect and continues from there', async () => {
    const flags = await liveClient();
    await stage.server.streams.next();
    const status = listen(flags, 'error');
    stage.server.cutStreams();
    await status.next();
    await settled();
    stage.clock.advance(3_000);
    const stream = await stage.server.streams.next();
    expect(stream.lastEventId).toBe('e1:5');
    const changes = listen(flags, 'change');
    stage.server.publish({ flags: { awesome: KILLED_FLAG } });
    await changes.next();
    expect(flags.isActive('awesome', {}, true)).toBe(false);
  });
});

describe('a change event', () => {
  it('lists every flag that depends on a changed segment or parent', async () => {
    const when = { segment: 'staff' };
    const rules = [{ id: 'staff', when, serve: { variant: 'on' } }];
    const open = await liveClient();
    const changes = listen(open, 'change');
    const staff = { when: { attribute: 'email', operator: 'exists', values: [] } } as const;
    stage.server.publish({
      segments: { staff },
      flags: {
        behind: { ...ON_FLAG, status: 'conditional', rules },
        child: { ...ON_FLAG, status: 'inherit', parent: 'behind' },
      },
    });
    expect((await changes.next()).keys).toEqual(['behind', 'child']);
    stage.server.publish({ segments: { staff: { when: { all: [] } } } });
    expect((await changes.next()).keys).toEqual(['behind', 'child']);
    expect(open.isActive('child')).toBe(true);
  });

  it('fires after the change is in force', async () => {
    const flags = await liveClient();
    const seen = new Promise<boolean>((resolve) => {
      flags.on('change', () => resolve(flags.isActive('awesome', {}, true)));
    });
    stage.server.publish({ flags: { awesome: KILLED_FLAG } });
    expect(await seen).toBe(false);
  });

  it('reaches a listener until it unsubscribes', async () => {
    const flags = await liveClient();
    const heard: number[] = [];
    const stop = flags.on('change', ({ revision }) => heard.push(revision));
    const changes = listen(flags, 'change');
    stage.server.publish({ flags: { a: ON_FLAG } });
    await changes.next();
    stop();
    stage.server.publish({ flags: { b: ON_FLAG } });
    await changes.next();
    expect(heard).toEqual([6]);
  });
});

describe('a stream', () => {
  it('stays open as long as heartbeats arrive', async () => {
    const flags = await liveClient();
    for (let beat = 0; beat < 20; beat += 1) {
      stage.clock.advance(15_000);
      const confirmed = stage.clock.now();
      stage.server.heartbeat(confirmed);
      while (flags.status().ageMs !== 0) await settled();
    }
    expect(flags.status()).toMatchObject({ state: 'live', attempts: 1 });
  });

  it('is dropped after 45 s of silence', async () => {
    const flags = await liveClient();
    const errors = listen(flags, 'error');
    stage.proxy.silenceAll();
    stage.clock.advance(44_999);
    expect(errors.all).toEqual([]);
    stage.clock.advance(1);
    expect((await errors.next()).message).toBe('no event for 45 s');
  });

  it('is dropped when bytes only trickle in', async () => {
    stage.proxy.fault = { kind: 'trickle', ms: 1 };
    const flags = stage.connect();
    const errors = listen(flags, 'error');
    await stage.server.streams.next();
    while (!stage.clock.pending.includes(45_000)) await settled();
    stage.clock.advance(45_000);
    expect((await errors.next()).message).toBe('no event for 45 s');
  });

  it('ignores unknown events and fields', async () => {
    const flags = await liveClient();
    const stream = await stage.server.streams.next();
    const changes = listen(flags, 'change');
    stream.write('event: weather\ndata: not json\nmood: fine\n\n');
    stage.server.publish({ flags: { next: ON_FLAG } });
    await changes.next();
    expect(flags.status()).toMatchObject({ attempts: 1, lastError: null });
  });

  it('is read after "goodbye" until it closes, then reopened at the given time', async () => {
    const flags = await liveClient();
    const stream = await stage.server.streams.next();
    const changes = listen(flags, 'change');
    stream.send({ event: 'goodbye', data: { afterMs: 20_000 } });
    stage.server.publish({ flags: { awesome: KILLED_FLAG } });
    await changes.next();
    expect(flags.isActive('awesome', {}, true)).toBe(false);
    stream.end();
    while (stage.clock.pending.includes(45_000)) await settled();
    stage.clock.advance(19_999);
    await settled();
    expect(flags.status().attempts).toBe(1);
    stage.clock.advance(1);
    expect((await stage.server.streams.next()).lastEventId).toBe('e1:6');
    expect(flags.status().lastError).toBeNull();
  });

  it('is reopened at the time given by "goodbye" when the old one stays open', async () => {
    await liveClient();
    const stream = await stage.server.streams.next();
    stream.send({ event: 'goodbye', data: { afterMs: 70_000 } });
    while (!stage.clock.pending.includes(70_000)) await settled();
    for (let second = 0; second < 70; second += 5) {
      stage.server.heartbeat(stage.clock.now());
      while (!stage.clock.pending.includes(45_000)) await settled();
      stage.clock.advance(5_000);
    }
    await stream.closed;
    await stage.server.streams.next();
  });
});

describe('a suspended process', () => {
  it('checks for missed changes as soon as it continues', async () => {
    const flags = await liveClient();
    await stage.server.streams.next();
    const changes = listen(flags, 'change');
    stage.proxy.silenceAll();
    stage.server.publish({ flags: { awesome: KILLED_FLAG } });
    stage.clock.freeze(60_000);
    await changes.next();
    expect(flags.isActive('awesome', {}, true)).toBe(false);
  });
});

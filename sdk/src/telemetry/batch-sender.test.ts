import { describe, expect, it } from 'vitest';
import { settled } from '../../../test/support/client-stage.js';
import { Inbox } from '../../../test/support/inbox.js';
import type { EventBatch } from '../protocol/event-batch.js';
import type { HttpRequest, Transport } from '../sync/transport.js';
import { ManualClock } from '../testing/index.js';
import { BatchSender } from './batch-sender.js';
import { EventBuffer } from './event-buffer.js';

interface Post {
  readonly batch: EventBatch;
  readonly request: HttpRequest;
  answer(status: number, headers?: Record<string, string>): void;
  fail(): void;
}

const IDENTITY = {
  url: 'http://flags.example.com',
  key: 'k',
  instance: 'i',
  service: null,
  serviceVersion: null,
};

function setUp(random = 0.5) {
  const clock = new ManualClock();
  const posts = new Inbox<Post>();
  const transport: Transport = (request, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      posts.push({
        batch: JSON.parse(request.body as string) as EventBatch,
        request,
        fail: () => reject(new Error('broken')),
        answer: (status, headers = {}) =>
          resolve({
            status,
            header: (name) => headers[name] ?? null,
            read: async () => {},
          }),
      });
    });
  let sender: BatchSender;
  const contents = new EventBuffer({
    clock,
    now: () => clock.now(),
    onLost: () => {},
    want: (withinMs) => {
      sender.want(withinMs);
      return true;
    },
  });
  const deps = { clock, random: () => random, transport, contents, identity: () => IDENTITY };
  sender = new BatchSender(deps);
  return { clock, posts, sender, contents };
}

const NOW = 1_795_248_000_000;
const at = (revision: number) => ({ epoch: 'e1', revision });

describe('a receipt', () => {
  it('for a kill without a spread is posted immediately', () => {
    const { posts, sender } = setUp();
    sender.applied(at(2), 0);
    expect(posts.all.map(({ batch }) => batch)).toMatchObject([
      { seq: 1, at: 1_795_248_000_000, applied: at(2) },
    ]);
    expect(posts.all[0]?.request).toMatchObject({
      method: 'POST',
      url: 'http://flags.example.com/sdk/v1/events',
    });
  });

  it('for a kill is posted in the last four fifths of the spread in the patch', () => {
    for (const [random, spreadMs, expected] of [
      [0, 400, 80],
      [0.5, 400, 240],
      [0.5, 3_600_000, 36_000],
    ] as const) {
      const { clock, posts, sender } = setUp(random);
      sender.applied(at(2), spreadMs);
      clock.advance(expected - 1);
      expect(posts.all).toEqual([]);
      clock.advance(2);
      expect(posts.all).toHaveLength(1);
    }
  });

  it('for another change is posted within five seconds, together with later changes', () => {
    const { clock, posts, sender } = setUp(0.99);
    sender.applied(at(2), null);
    clock.advance(3_000);
    sender.applied(at(3), null);
    clock.advance(1_950);
    expect(posts.all.map(({ batch }) => batch.applied)).toEqual([at(3)]);
  });

  it('for a kill does not wait for a pending receipt of another change', () => {
    const { posts, sender } = setUp();
    sender.applied(at(2), null);
    sender.applied(at(3), 0);
    expect(posts.all.map(({ batch }) => batch.applied)).toEqual([at(3)]);
  });

  it('waits for the post in flight, skips older positions, and has the next number', async () => {
    const { posts, sender } = setUp();
    sender.applied(at(2), 0);
    sender.applied(at(3), 0);
    sender.applied(at(4), 0);
    expect(posts.all).toHaveLength(1);
    posts.all[0]?.answer(200);
    await settled();
    expect(posts.all.map(({ batch }) => [batch.seq, batch.applied])).toEqual([
      [1, at(2)],
      [2, at(4)],
    ]);
  });

  it('without a response is repeated unchanged, because it may have been stored', async () => {
    const { clock, posts, sender } = setUp();
    sender.applied(at(2), 0);
    posts.all[0]?.fail();
    await settled();
    sender.applied(at(3), 0);
    clock.advance(3_000);
    posts.all[1]?.answer(503);
    await settled();
    clock.advance(3_000);
    expect(posts.all.map(({ batch }) => batch)).toEqual(Array(3).fill(posts.all[0]?.batch));
    posts.all[2]?.answer(200);
    await settled();
    expect(posts.all[3]?.batch).toMatchObject({ seq: 2, applied: at(3) });
  });

  it('without a response is aborted after 10 s and repeated', async () => {
    const { clock, posts, sender } = setUp();
    sender.applied(at(2), 0);
    clock.advance(10_000);
    await settled();
    clock.advance(3_000);
    expect(posts.all).toHaveLength(2);
  });

  it('waits as long as the server demands', async () => {
    const { clock, posts, sender } = setUp(0);
    sender.applied(at(2), 0);
    posts.all[0]?.answer(429, { 'retry-after': '30' });
    await settled();
    clock.advance(29_999);
    expect(posts.all).toHaveLength(1);
    clock.advance(1);
    expect(posts.all).toHaveLength(2);
  });

  it('is kept while the key is rejected', async () => {
    const { clock, posts, sender } = setUp(0);
    sender.applied(at(2), 0);
    posts.all[0]?.answer(401);
    await settled();
    clock.advance(149_999);
    expect(posts.all).toHaveLength(1);
    clock.advance(1);
    expect(posts.all[1]?.batch.seq).toBe(1);
  });

  it('is retried immediately with a new key', async () => {
    const { posts, sender } = setUp();
    sender.applied(at(2), 0);
    posts.all[0]?.answer(401);
    await settled();
    sender.retryNow();
    expect(posts.all).toHaveLength(2);
  });

  it('is posted once for confirmed rules that were not new', async () => {
    const { clock, posts, sender } = setUp();
    for (let heartbeat = 0; heartbeat < 3; heartbeat += 1) {
      sender.confirmed(at(2));
      clock.advance(5_000);
      posts.all[0]?.answer(200);
      await settled();
    }
    expect(posts.all).toHaveLength(1);
  });
});

describe('a flush', () => {
  it('posts pending data and resolves to true when it is acknowledged', async () => {
    const { posts, sender } = setUp();
    sender.applied(at(2), null);
    const flushed = sender.flush(2_000);
    posts.all[0]?.answer(200);
    expect(await flushed).toBe(true);
    expect(await sender.flush(2_000)).toBe(true);
    expect(posts.all).toHaveLength(1);
  });

  it('resolves to false when the server does not answer in time', async () => {
    const { clock, sender } = setUp();
    sender.applied(at(2), null);
    const flushed = sender.flush(2_000);
    clock.advance(2_000);
    expect(await flushed).toBe(false);
  });

  it('does not shorten the delay after a failure', async () => {
    const { clock, posts, sender } = setUp(0);
    sender.applied(at(2), 0);
    posts.all[0]?.answer(503);
    await settled();
    const flushed = sender.flush(100);
    clock.advance(100);
    expect(await flushed).toBe(false);
    expect(posts.all).toHaveLength(1);
  });

  it('resolves to false when the sender is closed', async () => {
    const { clock, posts, sender } = setUp();
    sender.applied(at(2), 0);
    const flushed = sender.flush(2_000);
    sender.close();
    expect(await flushed).toBe(false);
    await settled();
    sender.applied(at(3), 0);
    expect(posts.all).toHaveLength(1);
    expect(clock.pending).toEqual([]);
  });
});

describe('a batch of events', () => {
  const gather = (contents: EventBuffer) => contents.slotAt(NOW).count('visit', 1);

  it('is posted within ten seconds, and no empty batch is posted', async () => {
    const { clock, posts, contents } = setUp();
    gather(contents);
    clock.advance(9_999);
    expect(posts.all).toEqual([]);
    clock.advance(1);
    posts.all[0]?.answer(200);
    await settled();
    clock.advance(60_000);
    expect(posts.all.map(({ batch }) => [batch.seq, batch.slots.length])).toEqual([[1, 1]]);
  });

  it('is posted every five seconds of a release, even if empty, complete up to then', async () => {
    const { clock, posts, contents } = setUp();
    contents.beats = true;
    for (let beat = 0; beat < 3; beat += 1) {
      clock.advance(5_000);
      posts.all[beat]?.answer(200);
      await settled();
    }
    expect(posts.all.map(({ batch }) => [batch.seq, batch.through])).toEqual([
      [1, NOW + 5_000],
      [2, NOW + 10_000],
      [3, NOW + 15_000],
    ]);
    contents.beats = false;
    clock.advance(60_000);
    expect(posts.all).toHaveLength(3);
  });

  it('waits for the retry of a failed batch and continues its numbers without a gap', async () => {
    const { clock, posts, sender, contents } = setUp();
    gather(contents);
    sender.want(0);
    gather(contents);
    sender.want(500);
    posts.all[0]?.answer(503);
    await settled();
    clock.advance(3_000);
    expect(posts.all[1]?.batch).toEqual(posts.all[0]?.batch);
    posts.all[1]?.answer(200);
    await settled();
    expect(posts.all[2]?.batch).toMatchObject({ seq: 2, slots: [{ metrics: { visit: {} } }] });
  });

  it('is kept completely while the key is rejected', async () => {
    const { clock, posts, sender, contents } = setUp(0);
    gather(contents);
    sender.want(0);
    posts.all[0]?.answer(403);
    await settled();
    gather(contents);
    clock.advance(149_999);
    expect(posts.all).toHaveLength(1);
    sender.retryNow();
    posts.all[1]?.answer(200);
    await settled();
    clock.advance(10_000);
    expect(posts.all.slice(1).map(({ batch }) => batch.slots.length)).toEqual([1, 1]);
  });

  it('is dropped and counted when it is rejected for good, and its number is reused', async () => {
    const { clock, posts, sender, contents } = setUp();
    gather(contents);
    sender.want(0);
    posts.all[0]?.answer(413);
    await settled();
    expect(posts.all).toHaveLength(1);
    clock.advance(3_000);
    expect(posts.all[1]?.batch).toMatchObject({ seq: 1, slots: [], dropped: 1 });
  });

  it('that precedes a flush is stored when the flush resolves, even if events follow', async () => {
    const { posts, sender, contents } = setUp();
    gather(contents);
    const flushed = sender.flush(2_000);
    gather(contents);
    posts.all[0]?.answer(200);
    expect(await flushed).toBe(true);
    expect(posts.all).toHaveLength(1);
  });
});

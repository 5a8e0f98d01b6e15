import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Log } from '../log.js';
import { RevisionFeed } from './revision-feed.js';

const lines: string[] = [];
const note = (message: string) => void lines.push(message);
const log: Log = { debug: note, info: note, warn: note, error: note };

/** A database whose answers the test controls. */
function controlledReads() {
  const pending: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const read = vi.fn(
    () => new Promise<void>((resolve, reject) => pending.push({ resolve, reject })),
  );
  const next = () => pending.shift() ?? expect.fail('no read is in progress');
  return { read, answer: () => next().resolve(), fail: () => next().reject(new Error('down')) };
}

const settled = () => vi.advanceTimersByTimeAsync(0);

describe('the revision feed', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    lines.length = 0;
  });

  it('reads at the start, when nudged and once a second', async () => {
    const read = vi.fn(async () => undefined);
    const feed = new RevisionFeed({ read, log, random: () => 0 });
    await feed.start();
    expect(read).toHaveBeenCalledTimes(1);
    await feed.nudge();
    expect(read).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(999);
    expect(read).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(read).toHaveBeenCalledTimes(3);
    await feed.stop();
  });

  it('reads once more after any number of nudges during a read', async () => {
    const { read, answer } = controlledReads();
    const feed = new RevisionFeed({ read, log, random: () => 0 });
    void feed.start();
    for (let i = 0; i < 100; i += 1) void feed.nudge();
    expect(read).toHaveBeenCalledTimes(1);
    answer();
    await settled();
    expect(read).toHaveBeenCalledTimes(2);
    answer();
    await settled();
    expect(read).toHaveBeenCalledTimes(2);
    await feed.stop();
  });

  it('resolves a nudge only after a read that began after it', async () => {
    const { read, answer } = controlledReads();
    const feed = new RevisionFeed({ read, log, random: () => 0 });
    void feed.start();
    let isResolved = false;
    void feed.nudge().then(() => {
      isResolved = true;
    });
    answer();
    await settled();
    expect(isResolved).toBe(false);
    answer();
    await settled();
    expect(isResolved).toBe(true);
    await feed.stop();
  });

  it('backs off to 3 s and logs once, without an error, while the database is down', async () => {
    const read = vi.fn(async () => Promise.reject(new Error('down')));
    const feed = new RevisionFeed({ read, log, random: () => 0.999 });
    await feed.start();
    expect(feed.status).toMatchObject({ isFresh: false, failures: 1 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(read.mock.calls.length).toBeGreaterThanOrEqual(20);
    expect(read.mock.calls.length).toBeLessThanOrEqual(23);
    expect(lines).toHaveLength(1);
    await feed.stop();
  });

  it('is fresh after the first answer and reads on a nudge despite the backoff', async () => {
    const { read, answer, fail } = controlledReads();
    const feed = new RevisionFeed({ read, log, random: () => 0 });
    void feed.start();
    fail();
    await settled();
    void feed.nudge();
    answer();
    await settled();
    expect(feed.status).toMatchObject({ isFresh: true, failures: 0 });
    expect(lines.at(-1)).toContain('answers again');
    await feed.stop();
  });

  it('does nothing after it is stopped', async () => {
    const read = vi.fn(async () => undefined);
    const feed = new RevisionFeed({ read, log, random: () => 0 });
    await feed.start();
    await feed.stop();
    await feed.nudge();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(read).toHaveBeenCalledTimes(1);
  });
});

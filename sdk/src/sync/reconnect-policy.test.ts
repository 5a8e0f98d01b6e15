import { describe, expect, it } from 'vitest';
import { ReconnectPolicy } from './reconnect-policy.js';
import type { StreamEnd } from './streaming.js';

const SILENT: StreamEnd = { kind: 'silent', message: '' };
const BROKEN: StreamEnd = { kind: 'broken', message: '' };
const refused = (status: number, retryAfterMs: number | null = null): StreamEnd => ({
  kind: 'refused',
  status,
  retryAfterMs,
});
const half = () => 0.5;

describe('the policy after a stream', () => {
  it.each([
    ['broken', BROKEN, 1_600],
    ['silent once', SILENT, 1_600],
    ['a misfit', { kind: 'resync', message: '' } as StreamEnd, 1_600],
    ['refused with 500', refused(500), 1_600],
    ['refused with 503 for 10 s', refused(503, 10_000), 11_250],
    ['refused with 429 for a moment', refused(429, 100), 1_600],
    ['refused with 401', refused(401), 225_000],
    ['refused with 403 for a second', refused(403, 1_000), 225_000],
    ['refused with 404', refused(404), 225_000],
    ['a goodbye in its first minute', { kind: 'goodbye', afterMs: 500 } as StreamEnd, 1_600],
    ['a goodbye for later', { kind: 'goodbye', afterMs: 9_000 } as StreamEnd, 9_000],
  ])('waits the right time when the stream was %s', (_, end, delayMs) => {
    expect(new ReconnectPolicy(half).afterStream(end, 0)).toEqual({ next: 'stream', delayMs });
  });

  it('reconnects immediately after a goodbye of a healthy stream', () => {
    const step = new ReconnectPolicy(half).afterStream({ kind: 'goodbye', afterMs: 0 }, 60_000);
    expect(step).toEqual({ next: 'stream', delayMs: 0 });
  });

  it('increases the delay with each failure and resets it only after a healthy minute', () => {
    const policy = new ReconnectPolicy(half);
    const wait = (openMs: number) => policy.afterStream(BROKEN, openMs).delayMs;
    expect([wait(0), wait(0), wait(59_999)]).toEqual([1_600, 1_500, 3_000]);
    expect(wait(60_000)).toBe(1_600);
  });

  it('switches to polling after two silent streams without a heartbeat in between', () => {
    const policy = new ReconnectPolicy(half);
    policy.afterStream(SILENT, 0);
    policy.streamWorks();
    expect(policy.afterStream(SILENT, 0).next).toBe('stream');
    expect(policy.afterStream(SILENT, 0)).toEqual({ next: 'poll', delayMs: 0 });
  });
});

describe('the policy after a poll', () => {
  function silenced(): ReconnectPolicy {
    const policy = new ReconnectPolicy(half);
    policy.afterStream(SILENT, 0);
    policy.afterStream(SILENT, 0);
    return policy;
  }

  it('reports polling mode only after a successful poll', () => {
    const policy = silenced();
    expect(policy.mode).toBe('streaming');
    expect(policy.afterPoll({ kind: 'broken', message: '' }, 0).next).toBe('stream');
    expect(policy.mode).toBe('streaming');
    expect(policy.afterPoll({ kind: 'unchanged' }, 0)).toEqual({ next: 'poll', delayMs: 30_000 });
    expect(policy.mode).toBe('polling');
  });

  it('spreads polls by 20 % around 30 s', () => {
    const waits = [0, 1].map((random) => {
      const policy = new ReconnectPolicy(() => random);
      return policy.afterPoll({ kind: 'unchanged' }, 0).delayMs;
    });
    expect(waits).toEqual([24_000, 36_000]);
  });

  it('tries a stream every five minutes', () => {
    const policy = silenced();
    const steps: string[] = [];
    for (let now = 0; now < 900_000; now += 30_000) {
      const { next } = policy.afterPoll({ kind: 'unchanged' }, now);
      steps.push(next);
      if (next === 'stream') policy.afterStream(SILENT, 0);
    }
    const streams = steps.flatMap((next, index) => (next === 'stream' ? [index] : []));
    expect(streams).toHaveLength(3);
    expect(streams[1]! - streams[0]!).toBeGreaterThanOrEqual(10);
  });

  it('forgets all failures when it is reset', () => {
    const policy = silenced();
    policy.afterPoll({ kind: 'unchanged' }, 0);
    policy.reset();
    expect(policy.mode).toBe('streaming');
    expect(policy.afterStream(SILENT, 0)).toEqual({ next: 'stream', delayMs: 1_600 });
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LiveNews, LiveUpdates } from './live.svelte.js';

class Line extends EventTarget {
  closed = false;

  constructor(readonly url: string) {
    super();
  }

  close(): void {
    this.closed = true;
  }

  say(type: string, data?: unknown): void {
    const init = data === undefined ? {} : { data: JSON.stringify(data) };
    this.dispatchEvent(new MessageEvent(type, init));
  }
}

function start() {
  const lines: Line[] = [];
  const heard: LiveNews[] = [];
  const live = new LiveUpdates((url) => {
    const line = new Line(url);
    lines.push(line);
    return line as unknown as EventSource;
  });
  const unsubscribe = live.listen((news) => heard.push(news));
  live.open('/live');
  const last = (): Line => lines.at(-1) as Line;
  return { live, lines, heard, last, unsubscribe };
}

const change = { environment: 'production', revision: 3, at: 1, flags: ['a'], segments: [] };

describe('LiveUpdates', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('passes each change to the listener', () => {
    const { live, heard, last } = start();
    last().say('open');
    last().say('change', change);
    last().say('project');
    expect(live.status).toBe('live');
    expect(heard).toEqual([{ kind: 'resync' }, { kind: 'change', change }, { kind: 'project' }]);
  });

  it('reports evaluations of releases separately from other changes', () => {
    const { heard, last } = start();
    last().say('project', { audited: false, releases: ['r1'] });
    last().say('project', { audited: true, releases: ['r1'] });
    last().say('project', {});
    expect(heard).toEqual([
      { kind: 'evaluated', releases: ['r1'] },
      { kind: 'project' },
      { kind: 'project' },
    ]);
  });

  it('refreshes at once after a change, and every ten seconds while a release is evaluated', () => {
    const { live, last } = start();
    const refresh = vi.fn();
    live.refreshOn(() => true, refresh);
    for (let second = 0; second < 30; second += 1) {
      last().say('project', { audited: false, releases: ['r1'] });
      vi.advanceTimersByTime(1_000);
    }
    expect(refresh).toHaveBeenCalledTimes(4);
    last().say('change', change);
    expect(refresh).toHaveBeenCalledTimes(5);
  });

  it('keeps one connection when the same address is opened again', () => {
    const { live, lines } = start();
    live.open('/live');
    expect(lines).toHaveLength(1);
    live.open('/other');
    expect(lines.map(({ closed }) => closed)).toEqual([true, false]);
  });

  it('retries with growing delays and reports a resync after reconnecting', () => {
    const { live, lines, heard, last } = start();
    last().say('open');
    last().say('error');
    expect(live.status).toBe('lost');
    vi.advanceTimersByTime(1_000);
    last().say('error');
    vi.advanceTimersByTime(1_000);
    expect(lines).toHaveLength(2);
    vi.advanceTimersByTime(1_000);
    expect(lines).toHaveLength(3);
    last().say('open');
    expect(live.status).toBe('live');
    expect(heard).toEqual([{ kind: 'resync' }, { kind: 'resync' }]);
  });

  it('is opening until the stream has opened, has failed or has taken a second', () => {
    const there = start();
    expect(there.live.isOpening).toBe(true);
    there.last().say('open');
    expect(there.live.isOpening).toBe(false);
    const lost = start();
    lost.last().say('error');
    expect(lost.live.isOpening).toBe(false);
    const late = start();
    vi.advanceTimersByTime(1_000);
    expect(late.live.isOpening).toBe(false);
    late.last().say('error');
    vi.advanceTimersByTime(1_000);
    expect(late.live.isOpening).toBe(false);
  });

  it('reconnects when the connection has been silent for too long', () => {
    const { live, lines, last } = start();
    last().say('open');
    vi.advanceTimersByTime(30_000);
    last().say('heartbeat');
    vi.advanceTimersByTime(30_000);
    expect(live.status).toBe('live');
    vi.advanceTimersByTime(11_000);
    expect(live.status).toBe('lost');
    expect(lines[0]?.closed).toBe(true);
  });

  it('reports a resync when an event cannot be parsed', () => {
    const { heard, last } = start();
    last().dispatchEvent(new MessageEvent('change', { data: '{' }));
    expect(heard).toEqual([{ kind: 'resync' }]);
  });

  it('passes on nothing after it was closed or its listener unsubscribed', () => {
    const { live, lines, heard, last, unsubscribe } = start();
    unsubscribe();
    last().say('change', change);
    expect(heard).toEqual([]);
    live.close();
    last().say('error');
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
    expect(live.status).toBe('idle');
  });
});

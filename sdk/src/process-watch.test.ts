import { describe, expect, it } from 'vitest';
import { ProcessWatch } from './process-watch.js';
import { ManualClock } from './testing/index.js';

function setUp() {
  const clock = new ManualClock();
  const seen: string[] = [];
  let pid = 1;
  const events = {
    onThawed: (gapMs: number) => seen.push(`thawed after ${gapMs}`),
    onForked: () => seen.push('forked'),
  };
  const watch = new ProcessWatch(clock, events, () => pid);
  return {
    clock,
    seen,
    watch,
    fork: () => {
      pid += 1;
    },
  };
}

describe('the process watch', () => {
  it('reports nothing while timers fire on time', () => {
    const { clock, seen } = setUp();
    clock.advance(3_600_000);
    expect(seen).toEqual([]);
  });

  it('distinguishes a pause of more than two heartbeats from a short delay', () => {
    const { clock, seen } = setUp();
    clock.freeze(29_000);
    expect(seen).toEqual([]);
    clock.freeze(31_000);
    expect(seen).toEqual(['thawed after 31000']);
    clock.advance(60_000);
    expect(seen).toHaveLength(1);
  });

  it('ignores the wall clock', () => {
    const { clock, seen } = setUp();
    clock.setNow(clock.now() + 86_400_000);
    clock.advance(10_000);
    clock.setNow(clock.now() - 2 * 86_400_000);
    clock.advance(10_000);
    expect(seen).toEqual([]);
  });

  it('reports once that it runs in another process', () => {
    const { clock, seen, fork } = setUp();
    fork();
    clock.advance(60_000);
    expect(seen).toEqual(['forked']);
  });

  it('stops when it is closed', () => {
    const { clock, watch } = setUp();
    watch.close();
    expect(clock.pending).toEqual([]);
  });
});

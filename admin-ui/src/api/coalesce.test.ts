import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { coalesce } from './coalesce.js';

describe('coalesce', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('runs the first call at once and the calls during the gap as one after it', () => {
    const run = vi.fn();
    const { ask } = coalesce(run, 100);
    ask();
    expect(run).toHaveBeenCalledTimes(1);
    ask();
    ask();
    vi.advanceTimersByTime(99);
    expect(run).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(1_000);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it('runs nothing after it was stopped', () => {
    const run = vi.fn();
    const { ask, stop } = coalesce(run, 100);
    ask();
    ask();
    stop();
    vi.advanceTimersByTime(1_000);
    expect(run).toHaveBeenCalledTimes(1);
  });
});

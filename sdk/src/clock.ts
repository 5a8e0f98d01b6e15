/** The source of time for one client. A test can replace it to control time. */
export interface Clock {
  /** Epoch milliseconds; may jump. */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonic(): number;
  /** Calls once after `delayMs`. Unless it `holds` the process, a timer does not keep it alive. */
  setTimer(callback: () => void, delayMs: number, holds?: 'holds'): Timer;
}

export interface Timer {
  cancel(): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(callback, delayMs, holds) {
    const handle = setTimeout(callback, delayMs);
    if (holds === undefined) handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

/**
 * Resolves to false when `work` misses the timeout. Keeps the process alive for the caller
 * meanwhile.
 */
export function isDoneWithin(
  clock: Clock,
  timeoutMs: number,
  work: Promise<unknown>,
): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(() => resolve(false), timeoutMs, 'holds');
    const done = () => {
      timer.cancel();
      resolve(true);
    };
    work.then(done, done);
  });
}

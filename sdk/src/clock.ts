/** Time as the client uses it; one per client, so that a test can hold it still. */
export interface Clock {
  /** Epoch milliseconds; may jump. */
  now(): number;
  /** Milliseconds from some start; never goes back. */
  monotonic(): number;
  /** Calls once after `delayMs`. A timer never keeps the process alive, unless it `holds` it. */
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

/** False when `work` is not done in time. Holds the process meanwhile: somebody waits for it. */
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

import type { Clock } from './clock.js';
import type { ReadyState } from './flag-client.js';

/** Lets callers wait for the first result. Each wait resolves once and never rejects. */
export class Readiness {
  readonly #clock: Clock;
  readonly #waiting = new Set<(state: ReadyState) => void>();
  #verdict: ReadyState | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isOk(): boolean {
    return this.#verdict === 'ok';
  }

  /** `ok` is final; any other result may still change to `ok`. */
  settle(verdict: ReadyState): void {
    if (this.isOk) return;
    this.#verdict = verdict;
    for (const resolve of [...this.#waiting]) resolve(verdict);
  }

  /** Keeps the process alive while it waits, because the caller needs the result. */
  wait(timeoutMs: number, onTimeout: () => ReadyState): Promise<ReadyState> {
    if (this.#verdict !== null) return Promise.resolve(this.#verdict);
    return new Promise((resolve) => {
      const settle = (state: ReadyState) => {
        timer.cancel();
        this.#waiting.delete(settle);
        resolve(state);
      };
      const timer = this.#clock.setTimer(() => settle(onTimeout()), timeoutMs, 'holds');
      this.#waiting.add(settle);
    });
  }
}

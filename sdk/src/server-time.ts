import type { Clock } from './clock.js';

/** Estimates the server's clock, so that date rules hold when the local clock is wrong or jumps. */
export class ServerTime {
  readonly #clock: Clock;
  #offset: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  anchor(serverNow: number): void {
    this.#offset = serverNow - this.#clock.monotonic();
  }

  /** Epoch milliseconds. Uses the local clock until the server has sent its time. */
  now(): number {
    if (this.#offset === null) return this.#clock.now();
    return this.#offset + this.#clock.monotonic();
  }
}

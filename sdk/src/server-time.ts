import type { Clock } from './clock.js';

/** The server's clock, so that date rules hold even where the local one is wrong or jumps. */
export class ServerTime {
  readonly #clock: Clock;
  #offset: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  anchor(serverNow: number): void {
    this.#offset = serverNow - this.#clock.monotonic();
  }

  /** Epoch milliseconds; the local clock until the server has told its own. */
  now(): number {
    if (this.#offset === null) return this.#clock.now();
    return this.#offset + this.#clock.monotonic();
  }
}

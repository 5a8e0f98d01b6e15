import type { Clock, Timer } from '../clock.js';

interface Due {
  readonly at: number;
  readonly callback: () => void;
}

/**
 * A clock that moves only on request, for tests of timeouts and delays.
 *
 * @example
 * const clock = new ManualClock();
 * const flags = createClient({ url, key, clock });
 * clock.advance(60_000);
 */
export class ManualClock implements Clock {
  #wall: number;
  #elapsed = 1;
  readonly #timers = new Set<Due>();

  constructor(now = 1_795_248_000_000) {
    this.#wall = now;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const due = { at: this.#elapsed + Math.max(0, delayMs), callback };
    this.#timers.add(due);
    return { cancel: () => this.#timers.delete(due) };
  }

  /** Milliseconds until each pending timer, soonest first. */
  get pending(): readonly number[] {
    return [...this.#timers].map((due) => due.at - this.#elapsed).sort((a, b) => a - b);
  }

  /** Advances the time. Timers fire in order, including timers that they set. */
  advance(ms: number): void {
    const end = this.#elapsed + ms;
    for (let due = this.#soonest(end); due !== null; due = this.#soonest(end)) {
      this.#timers.delete(due);
      this.#move(Math.max(this.#elapsed, due.at));
      due.callback();
    }
    this.#move(end);
  }

  /** Advances the time without timers, as in a suspended process. Due timers fire afterwards. */
  freeze(ms: number): void {
    this.#move(this.#elapsed + ms);
    this.advance(0);
  }

  /** Sets the wall clock; timers are not affected. */
  setNow(now: number): void {
    this.#wall = now;
  }

  #soonest(end: number): Due | null {
    const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
    return due[0] ?? null;
  }

  #move(to: number): void {
    this.#wall += to - this.#elapsed;
    this.#elapsed = to;
  }
}

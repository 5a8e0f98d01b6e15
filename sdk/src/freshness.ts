import type { Clock, Timer } from './clock.js';

export interface FreshnessLimits {
  readonly staleAfterMs: number;
  readonly maxStaleMs: number | null;
}

/** Measures how long ago the server last confirmed the rules, and derives `stale` and `expired`. */
export class Freshness {
  readonly #clock: Clock;
  readonly #limits: FreshnessLimits;
  readonly #onChange: () => void;
  #confirmedAt: number | null = null;
  #timer: Timer | null = null;
  #isFresh = false;
  #isExpired = false;

  constructor(clock: Clock, limits: FreshnessLimits, onChange: () => void) {
    this.#clock = clock;
    this.#limits = limits;
    this.#onChange = onChange;
    if (limits.maxStaleMs !== null) this.#schedule(limits.maxStaleMs);
  }

  /** The server confirmed the rules within `staleAfterMs`. */
  get isFresh(): boolean {
    return this.#isFresh;
  }

  /** The rules are older than `maxStaleMs` and must not be served. */
  get isExpired(): boolean {
    return this.#isExpired;
  }

  get ageMs(): number | null {
    return this.#confirmedAt === null ? null : this.#clock.monotonic() - this.#confirmedAt;
  }

  confirm(): void {
    this.#confirmedAt = this.#clock.monotonic();
    const wasFresh = this.#isFresh;
    this.#isFresh = true;
    this.#isExpired = false;
    this.#schedule(Math.min(this.#limits.staleAfterMs, this.#limits.maxStaleMs ?? Infinity));
    if (!wasFresh) this.#onChange();
  }

  close(): void {
    this.#timer?.cancel();
  }

  #schedule(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimer(() => this.#age(), delayMs);
  }

  #age(): void {
    const { staleAfterMs, maxStaleMs } = this.#limits;
    const age = this.ageMs ?? Infinity;
    this.#isFresh = age < staleAfterMs;
    this.#isExpired = maxStaleMs !== null && age >= maxStaleMs;
    const ahead = [staleAfterMs, maxStaleMs ?? 0].filter((limit) => limit > age);
    if (ahead.length > 0) this.#schedule(Math.min(...ahead) - age);
    this.#onChange();
  }
}

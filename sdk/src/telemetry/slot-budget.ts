/** Rows of a slot: a metric of an arm, or an event. Evaluations have their own bound: the rules. */
const SERIES_MAX = 2_000;
/** Hashes of people after which a slot ends early; some 400 kB of text. */
const UNITS_FULL = 20_000;
/** One happening may name a person for many metrics of many releases. */
const UNITS_MAX = 22_000;

/** What a slot may still take. What is beyond is counted as dropped. */
export class SlotBudget {
  #series = SERIES_MAX;
  #units = UNITS_MAX;
  dropped = 0;

  takeSeries(): boolean {
    return this.#take(--this.#series);
  }

  /** The next people belong in another slot. */
  get isFull(): boolean {
    return this.#units <= UNITS_MAX - UNITS_FULL;
  }

  takeUnit(): boolean {
    return this.#take(--this.#units);
  }

  #take(left: number): boolean {
    if (left < 0) this.dropped += 1;
    return left >= 0;
  }
}

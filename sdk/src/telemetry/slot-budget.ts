/** Rows of a slot: a metric of an arm, or an event. Evaluations have their own bound: the rules. */
const SERIES_MAX = 2_000;
/** Hashes of people that one slot names; some 400 kB of text. */
const UNITS_MAX = 20_000;

/** What a slot may still take. What is beyond is counted as dropped. */
export class SlotBudget {
  #series = SERIES_MAX;
  #units = UNITS_MAX;
  dropped = 0;

  takeSeries(): boolean {
    return this.#take(--this.#series);
  }

  takeUnit(): boolean {
    return this.#take(--this.#units);
  }

  #take(left: number): boolean {
    if (left < 0) this.dropped += 1;
    return left >= 0;
  }
}

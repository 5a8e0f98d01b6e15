/** Rows of a slot: metrics of arms, and events. Evaluations are limited by the ruleset instead. */
const SERIES_MAX = 2_000;
/** A slot with this many hashes of users ends early; they are about 400 kB of text. */
const UNITS_FULL = 20_000;
/**
 * Higher than `UNITS_FULL`, because one event may report a user for many metrics of many releases.
 */
const UNITS_MAX = 22_000;

/** The remaining capacity of a slot. Events beyond it are counted as dropped. */
export class SlotBudget {
  #series = SERIES_MAX;
  #units = UNITS_MAX;
  dropped = 0;

  takeSeries(): boolean {
    return this.#take(--this.#series);
  }

  /** True when further users must go into another slot. */
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

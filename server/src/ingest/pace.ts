/** A few batches: most of the time a group takes is the same for one as for several. */
const WEIGHT_MIN = 2_500;
const WEIGHT_MAX = 20_000;
/** Below this it is the round trips that take the time, whatever is stored. */
const TELLING_WEIGHT_MIN = 200;
/** What a server expects before it knows; the first groups of all are the slowest. */
const MS_PER_WEIGHT = 0.03;
/** How far one group moves the expectation: a pause of the machine is not to halve the groups. */
const NEWS_SHARE = 0.25;

/** How much to store at once, so that it takes about as long as it may. */
export class GroupPace {
  readonly #workMs: number;
  #msPerWeight = MS_PER_WEIGHT;

  constructor(workMs: number) {
    this.#workMs = workMs;
  }

  /** `waiting`: what there is to store. Where much waits, larger groups are the way out. */
  weightMax(waiting: number): number {
    const weight = Math.max(this.#workMs / this.#msPerWeight, waiting / 2);
    return Math.min(WEIGHT_MAX, Math.max(WEIGHT_MIN, weight));
  }

  learn(weight: number, tookMs: number): void {
    if (weight < TELLING_WEIGHT_MIN) return;
    this.#msPerWeight += NEWS_SHARE * (tookMs / weight - this.#msPerWeight);
  }
}

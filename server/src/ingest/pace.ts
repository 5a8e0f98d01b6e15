import type { EventBatch, ReleaseSlot } from '@sluice/sdk/protocol';

/** Below this weight most time is spent on round trips, which a smaller group would not save. */
const WEIGHT_MIN = 2_500;
const WEIGHT_MAX = 20_000;
/** A lighter group says nothing about the time per weight. */
const WEIGHT_LEARNED_MIN = 200;
/** The estimate of a server that has stored nothing yet, whose first groups are the slowest. */
const MS_PER_WEIGHT = 0.03;
/** Weight of one group in the estimate, so that one pause of the machine does not halve groups. */
const LEARNING_RATE = 0.25;

/** Limits the weight of a group, so that storing it takes about `workMs`. */
export class GroupPace {
  readonly #workMs: number;
  #msPerWeight = MS_PER_WEIGHT;

  constructor(workMs: number) {
    this.#workMs = workMs;
  }

  /** The most that a group may weigh: half of a long queue, since large groups drain it faster. */
  weightMax(waiting: number): number {
    const weight = Math.max(this.#workMs / this.#msPerWeight, waiting / 2);
    return Math.min(WEIGHT_MAX, Math.max(WEIGHT_MIN, weight));
  }

  learn(weight: number, tookMs: number): void {
    if (weight < WEIGHT_LEARNED_MIN) return;
    this.#msPerWeight += LEARNING_RATE * (tookMs / weight - this.#msPerWeight);
  }
}

/** Approximately the number of rows that storing a batch touches. */
export function weightOf(batch: EventBatch): number {
  let weight = batch.unknown.length;
  for (const { flags, metrics, releases } of batch.slots) {
    weight += Object.keys(metrics).length;
    for (const variants of Object.values(flags)) weight += Object.keys(variants).length;
    for (const entry of releases) weight += weightOfRelease(entry);
  }
  return weight;
}

function weightOfRelease({ units, splits, warmUpSplits, buckets }: ReleaseSlot): number {
  let weight = 2 * units.length + 10 * Object.keys(buckets).length;
  for (const ofMetric of Object.values(splits)) weight += 2 * ofMetric.length;
  for (const ofMetric of Object.values(warmUpSplits)) weight += ofMetric.length;
  return weight + 1;
}

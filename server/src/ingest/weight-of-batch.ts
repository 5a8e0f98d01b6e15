import type { EventBatch, ReleaseSlot } from '@sluice/sdk/protocol';

/** About how many rows storing a batch looks up: people, and names of what is counted. */
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
  for (const people of Object.values(splits)) weight += 2 * people.length;
  for (const people of Object.values(warmUpSplits)) weight += people.length;
  return weight + 1;
}

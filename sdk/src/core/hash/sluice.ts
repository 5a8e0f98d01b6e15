import {
  BUCKET_COUNT,
  rolloutBucket,
  type SeedPrefix,
  seedPrefix,
  splitBucket,
} from '../bucket.js';
import type { BucketingHash, Inclusion, SplitChoice } from './bucketing-hash.js';

const BUCKETS_PER_PERCENT = BUCKET_COUNT / 100;

export const sluiceHash: BucketingHash = { inclusion, split };

/** Prepares the seed at first use, because a process evaluates few flags of a large ruleset. */
function inclusion(seed: string, from: number, to: number): Inclusion {
  const first = Math.round(from * BUCKETS_PER_PERCENT);
  const limit = Math.round(to * BUCKETS_PER_PERCENT);
  if (first >= limit) return nobody;
  if (first === 0 && limit === BUCKET_COUNT) return everybody;
  let prefix: SeedPrefix | undefined;
  return (unit) => {
    prefix ??= seedPrefix(seed);
    const bucket = rolloutBucket(prefix, unit);
    return bucket >= first && bucket < limit;
  };
}

function nobody(): boolean {
  return false;
}

function everybody(): boolean {
  return true;
}

function split(seed: string, weights: readonly number[]): SplitChoice {
  let prefix: SeedPrefix | undefined;
  const limits = splitLimits(weights);
  return (unit) => {
    prefix ??= seedPrefix(seed);
    const bucket = splitBucket(prefix, unit);
    let index = 0;
    while (bucket >= limits[index]!) index++;
    return index;
  };
}

/**
 * The first bucket beyond each variant: `bucket · total < sum · BUCKET_COUNT`, solved for `bucket`.
 */
function splitLimits(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return Math.ceil((sum * BUCKET_COUNT) / total);
  });
}

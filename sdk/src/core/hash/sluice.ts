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

function inclusion(seed: string, from: number, to: number): Inclusion {
  const prefixOf = lazyPrefix(seed);
  const first = Math.round(from * BUCKETS_PER_PERCENT);
  const limit = Math.round(to * BUCKETS_PER_PERCENT);
  return (unit) => {
    const bucket = rolloutBucket(prefixOf(), unit);
    return bucket >= first && bucket < limit;
  };
}

function split(seed: string, weights: readonly number[]): SplitChoice {
  const prefixOf = lazyPrefix(seed);
  const limits = splitLimits(weights);
  return (unit) => {
    const bucket = splitBucket(prefixOf(), unit);
    let index = 0;
    while (bucket >= limits[index]!) index++;
    return index;
  };
}

/** Made at first use: most flags of a large ruleset are never asked in one process. */
function lazyPrefix(seed: string): () => SeedPrefix {
  let prefix: SeedPrefix | undefined;
  return () => {
    prefix ??= seedPrefix(seed);
    return prefix;
  };
}

/** The first bucket beyond each variant: `bucket · total < sum · BUCKET_COUNT`, solved for bucket. */
function splitLimits(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return Math.ceil((sum * BUCKET_COUNT) / total);
  });
}

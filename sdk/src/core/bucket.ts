import { type SeedPrefix, seedPrefix, signedHash } from './murmur3.js';

export { type SeedPrefix, seedPrefix } from './murmur3.js';

/** One bucket is 0.001 %. */
export const BUCKET_COUNT = 100_000;

const ROLLOUT_ROUND = 0;
const SPLIT_ROUND = 1;
const SAMPLE_ROUND = 2;

/** murmur3_x86_32 of `seed:unit` as UTF-8, unsigned; `round` is murmur's own seed. */
export function hashOf(prefix: SeedPrefix, unit: string, round: number): number {
  return signedHash(prefix, unit, round) >>> 0;
}

/** The bucket of a unit in [0, BUCKET_COUNT). It does not depend on the percentage. */
export function bucketOf(seed: string, unit: string): number {
  return rolloutBucket(seedPrefix(seed), unit);
}

/** A second, independent bucket, which selects a variant of a split. */
export function splitBucketOf(seed: string, unit: string): number {
  return splitBucket(seedPrefix(seed), unit);
}

export function rolloutBucket(prefix: SeedPrefix, unit: string): number {
  return toBucket(signedHash(prefix, unit, ROLLOUT_ROUND));
}

export function splitBucket(prefix: SeedPrefix, unit: string): number {
  return toBucket(signedHash(prefix, unit, SPLIT_ROUND));
}

/**
 * The identity of a user in the statistics of a release: two hashes under its salt, as 16
 * hexadecimal digits. It is independent of the buckets above, because no flag uses a salt as its
 * seed.
 */
export function unitHash(salt: SeedPrefix, unit: string): string {
  return toHex(hashOf(salt, unit, ROLLOUT_ROUND)) + toHex(hashOf(salt, unit, SPLIT_ROUND));
}

/** The statistics bucket of a user, from 0 to 255. Sums are kept per bucket. */
export function unitBucket(hash: string): number {
  return Number.parseInt(hash.slice(0, 2), 16);
}

/**
 * Whether a release counts this user individually. A smaller sample is a subset of a larger one.
 */
export function isSampled(salt: SeedPrefix, unit: string, sample: number): boolean {
  return sample >= 1 || hashOf(salt, unit, SAMPLE_ROUND) < sample * 2 ** 32;
}

function toHex(hash: number): string {
  return hash.toString(16).padStart(8, '0');
}

/** Exact: the product stays below 2^53. */
function toBucket(signedHash: number): number {
  return Math.floor(((signedHash >>> 0) * BUCKET_COUNT) / 2 ** 32);
}

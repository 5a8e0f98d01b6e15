import murmurhash from 'murmurhash';

/** One bucket is 0.001 %. */
export const BUCKET_COUNT = 100_000;

const ROLLOUT_ROUND = 0;
const SPLIT_ROUND = 1;
const SCRATCH_BYTES = 512;
const ASCII_MAX = 0x7f;

/** The bytes of `seed + ":"`, which every unit of that seed is hashed behind. */
export type SeedPrefix = Uint8Array;

const encoder = new TextEncoder();
/** Reused by every hash: encoding a string afresh would cost several times the hash itself. */
const scratch = new Uint8Array(SCRATCH_BYTES);
/** Views of the scratch bytes by length, since the hash takes its length from the array. */
const views: Uint8Array[] = [];

export function seedPrefix(seed: string): SeedPrefix {
  return encoder.encode(`${seed}:`);
}

/** murmur3_x86_32 of `seed:unit` as UTF-8, unsigned; `round` is murmur's own seed. */
export function hashOf(prefix: SeedPrefix, unit: string, round: number): number {
  return murmurhash.v3(bytesOf(prefix, unit), round);
}

/** A subject's place in [0, BUCKET_COUNT); independent of any percentage. */
export function bucketOf(seed: string, unit: string): number {
  return rolloutBucket(seedPrefix(seed), unit);
}

/** The second, independent place, which chooses among the variants of a split. */
export function splitBucketOf(seed: string, unit: string): number {
  return splitBucket(seedPrefix(seed), unit);
}

export function rolloutBucket(prefix: SeedPrefix, unit: string): number {
  return toBucket(hashOf(prefix, unit, ROLLOUT_ROUND));
}

export function splitBucket(prefix: SeedPrefix, unit: string): number {
  return toBucket(hashOf(prefix, unit, SPLIT_ROUND));
}

/** Exact: the product stays below 2^53. */
function toBucket(hash: number): number {
  return Math.floor((hash * BUCKET_COUNT) / 2 ** 32);
}

function bytesOf(prefix: SeedPrefix, unit: string): Uint8Array {
  const length = prefix.length + unit.length;
  if (length > SCRATCH_BYTES) return encoded(prefix, unit);
  let at = 0;
  for (; at < prefix.length; at++) scratch[at] = prefix[at]!;
  for (let index = 0; at < length; index++, at++) {
    const code = unit.charCodeAt(index);
    if (code > ASCII_MAX) return encoded(prefix, unit);
    scratch[at] = code;
  }
  return viewOf(length);
}

function viewOf(length: number): Uint8Array {
  const known = views[length];
  if (known !== undefined) return known;
  const view = scratch.subarray(0, length);
  views[length] = view;
  return view;
}

function encoded(prefix: SeedPrefix, unit: string): Uint8Array {
  const tail = encoder.encode(unit);
  const bytes = new Uint8Array(prefix.length + tail.length);
  bytes.set(prefix);
  bytes.set(tail, prefix.length);
  return bytes;
}

import murmurhash from 'murmurhash';

/** One bucket is 0.001 %. */
export const BUCKET_COUNT = 100_000;

const ROLLOUT_ROUND = 0;
const SPLIT_ROUND = 1;
const UNIT_LENGTH_MAX = 64;
const ASCII_MAX = 0x7f;

const { v3 } = murmurhash;
const encoder = new TextEncoder();

/**
 * The bytes of `seed + ":"` with room behind them. Units are written there and hashed in place,
 * since encoding a string afresh would cost several times the hash itself.
 */
export interface SeedPrefix {
  readonly length: number;
  readonly bytes: Uint8Array;
  /** By length of the unit, since the hash takes its length from the array. */
  readonly views: Uint8Array[];
}

export function seedPrefix(seed: string): SeedPrefix {
  const prefix = encoder.encode(`${seed}:`);
  const bytes = new Uint8Array(prefix.length + UNIT_LENGTH_MAX);
  bytes.set(prefix);
  return { length: prefix.length, bytes, views: [] };
}

/** murmur3_x86_32 of `seed:unit` as UTF-8, unsigned; `round` is murmur's own seed. */
export function hashOf(prefix: SeedPrefix, unit: string, round: number): number {
  return v3(asciiBytes(prefix, unit) ?? encodedBytes(prefix, unit), round);
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

function asciiBytes(prefix: SeedPrefix, unit: string): Uint8Array | undefined {
  const { length, bytes } = prefix;
  if (unit.length > UNIT_LENGTH_MAX) return undefined;
  let seen = 0;
  for (let index = 0; index < unit.length; index++) {
    const code = unit.charCodeAt(index);
    bytes[length + index] = code;
    seen |= code;
  }
  return seen > ASCII_MAX ? undefined : viewOf(prefix, unit.length);
}

function viewOf({ length, bytes, views }: SeedPrefix, unitLength: number): Uint8Array {
  const known = views[unitLength];
  if (known !== undefined) return known;
  const view = bytes.subarray(0, length + unitLength);
  views[unitLength] = view;
  return view;
}

/** A lone surrogate is encoded as U+FFFD. */
function encodedBytes({ length, bytes }: SeedPrefix, unit: string): Uint8Array {
  const tail = encoder.encode(unit);
  const all = new Uint8Array(length + tail.length);
  all.set(bytes.subarray(0, length));
  all.set(tail, length);
  return all;
}

import murmurhash from 'murmurhash';

/** One bucket is 0.001 %. */
export const BUCKET_COUNT = 100_000;

const ROLLOUT_ROUND = 0;
const SPLIT_ROUND = 1;
const SAMPLE_ROUND = 2;
/** Up to here a loop over the characters is faster than a call of the encoder. */
const LOOP_LENGTH_MAX = 16;
const UNIT_LENGTH_MAX = 64;
const UTF8_BYTES_PER_UNIT = 3;
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
  /** The room behind the prefix. */
  readonly room: Uint8Array;
  /** Of prefix and unit, by bytes of the unit: the hash takes its length from the array. */
  readonly views: Uint8Array[];
}

export function seedPrefix(seed: string): SeedPrefix {
  const prefix = encoder.encode(`${seed}:`);
  const bytes = new Uint8Array(prefix.length + UNIT_LENGTH_MAX * UTF8_BYTES_PER_UNIT);
  bytes.set(prefix);
  return { length: prefix.length, bytes, room: bytes.subarray(prefix.length), views: [] };
}

/** murmur3_x86_32 of `seed:unit` as UTF-8, unsigned; `round` is murmur's own seed. */
export function hashOf(prefix: SeedPrefix, unit: string, round: number): number {
  return v3(bytesOf(prefix, unit), round);
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

/**
 * Who a person is to the statistics of a release: two hashes under its salt, as 16 hexadecimal
 * digits. Independent of the places above, because a salt is nobody's seed.
 */
export function unitHash(salt: SeedPrefix, unit: string): string {
  return toHex(hashOf(salt, unit, ROLLOUT_ROUND)) + toHex(hashOf(salt, unit, SPLIT_ROUND));
}

/** The person's place among 256, which sums are kept by. */
export function unitBucket(hash: string): number {
  return Number.parseInt(hash.slice(0, 2), 16);
}

/** Of the people whom a release counts one by one; a smaller sample is a part of a larger one. */
export function isSampled(salt: SeedPrefix, unit: string, sample: number): boolean {
  return sample >= 1 || hashOf(salt, unit, SAMPLE_ROUND) < sample * 2 ** 32;
}

function toHex(hash: number): string {
  return hash.toString(16).padStart(8, '0');
}

/** Exact: the product stays below 2^53. */
function toBucket(hash: number): number {
  return Math.floor((hash * BUCKET_COUNT) / 2 ** 32);
}

/** A lone surrogate is encoded as U+FFFD, whichever way is taken. */
function bytesOf(prefix: SeedPrefix, unit: string): Uint8Array {
  if (unit.length <= LOOP_LENGTH_MAX && isWrittenAsAscii(prefix.room, unit)) {
    return viewOf(prefix, unit.length);
  }
  if (unit.length > UNIT_LENGTH_MAX) return joinedBytes(prefix, unit);
  return viewOf(prefix, encoder.encodeInto(unit, prefix.room).written);
}

function isWrittenAsAscii(room: Uint8Array, unit: string): boolean {
  let seen = 0;
  for (let index = 0; index < unit.length; index++) {
    const code = unit.charCodeAt(index);
    room[index] = code;
    seen |= code;
  }
  return seen <= ASCII_MAX;
}

function viewOf({ length, bytes, views }: SeedPrefix, unitBytes: number): Uint8Array {
  const known = views[unitBytes];
  if (known !== undefined) return known;
  const view = bytes.subarray(0, length + unitBytes);
  views[unitBytes] = view;
  return view;
}

function joinedBytes({ length, bytes }: SeedPrefix, unit: string): Uint8Array {
  const tail = encoder.encode(unit);
  const all = new Uint8Array(length + tail.length);
  all.set(bytes.subarray(0, length));
  all.set(tail, length);
  return all;
}

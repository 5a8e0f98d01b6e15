import murmurhash from 'murmurhash';

/** The common beginning of many texts. The hash of each text continues from its stored state. */
export interface SeedPrefix {
  readonly text: string;
  /** In bytes of UTF-8. */
  readonly length: number;
  /** The state of the hash after the last whole word of the prefix, by round. */
  readonly state0: number;
  readonly state1: number;
  readonly state2: number;
  /** The bytes after that word, lowest first, and their number of bits. */
  readonly rest: number;
  readonly restBits: number;
}

const ASCII_MAX = 0x7f;
const WORD_BITS = 32;
/** Longer texts are encoded into a newly allocated buffer. */
const SCRATCH_BYTES = 1_024;
const UTF8_BYTES_PER_UNIT_MAX = 3;

const { v3 } = murmurhash;
const encoder = new TextEncoder();
const scratch = new Uint8Array(SCRATCH_BYTES);
/** One view per length, because the package takes the length of a text from its array. */
const scratchViews: Uint8Array[] = [];

/** Prepares the prefix `seed + ":"`. */
export function seedPrefix(seed: string): SeedPrefix {
  const text = `${seed}:`;
  const bytes = encoder.encode(text);
  const restBytes = bytes.length % 4;
  const words = bytes.subarray(0, bytes.length - restBytes);
  return {
    text,
    length: bytes.length,
    state0: stateAfter(words, 0),
    state1: stateAfter(words, 1),
    state2: stateAfter(words, 2),
    rest: bytes.subarray(words.length).reduceRight((word, byte) => (word << 8) | byte, 0),
    restBits: restBytes * 8,
  };
}

/**
 * murmur3_x86_32 of prefix and unit as UTF-8, as a signed integer, because V8 stores an unsigned
 * one on the heap. `round` is murmur's own seed. The package `murmurhash` defines the hash, and
 * computes it where this function cannot: for units with non-ASCII characters and for rounds beyond
 * 2.
 */
export function signedHash(prefix: SeedPrefix, unit: string, round: number): number {
  const prepared = preparedState(prefix, round);
  if (prepared === undefined) return packageHash(prefix, unit, round);
  const { restBits } = prefix;
  let state = prepared;
  let word = prefix.rest;
  let index = 0;
  for (; index + 4 <= unit.length; index += 4) {
    const next = asciiWord(unit, index);
    if (next < 0) return packageHash(prefix, unit, round);
    state = withWord(state, word | (next << restBits));
    word = (next >>> 1) >>> (WORD_BITS - 1 - restBits);
  }
  let bits = restBits;
  for (; index < unit.length; index++) {
    const code = unit.charCodeAt(index);
    if (code > ASCII_MAX) return packageHash(prefix, unit, round);
    word |= code << bits;
    bits += 8;
    if (bits < WORD_BITS) continue;
    state = withWord(state, word);
    word = 0;
    bits = 0;
  }
  return finished(bits === 0 ? state : state ^ scrambled(word), prefix.length + unit.length);
}

function preparedState(prefix: SeedPrefix, round: number): number | undefined {
  switch (round) {
    case 0:
      return prefix.state0;
    case 1:
      return prefix.state1;
    case 2:
      return prefix.state2;
    default:
      return undefined;
  }
}

function packageHash({ text }: SeedPrefix, unit: string, round: number): number {
  return v3(encoded(text + unit), round) | 0;
}

/** Four characters, lowest first; -1 when one of them is not ASCII. */
function asciiWord(unit: string, index: number): number {
  const a = unit.charCodeAt(index);
  const b = unit.charCodeAt(index + 1);
  const c = unit.charCodeAt(index + 2);
  const d = unit.charCodeAt(index + 3);
  return (a | b | c | d) > ASCII_MAX ? -1 : a | (b << 8) | (c << 16) | (d << 24);
}

function stateAfter(words: Uint8Array, round: number): number {
  const { buffer, byteOffset, length } = words;
  const view = new DataView(buffer, byteOffset, length);
  let state = round;
  for (let at = 0; at < length; at += 4) state = withWord(state, view.getInt32(at, true));
  return state;
}

function withWord(state: number, word: number): number {
  const mixed = state ^ scrambled(word);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function scrambled(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

function finished(state: number, length: number): number {
  let hash = state ^ length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** A lone surrogate is encoded as U+FFFD. The next call overwrites the result. */
function encoded(text: string): Uint8Array {
  if (text.length * UTF8_BYTES_PER_UNIT_MAX > SCRATCH_BYTES) return encoder.encode(text);
  const { written } = encoder.encodeInto(text, scratch);
  scratchViews[written] ??= scratch.subarray(0, written);
  return scratchViews[written];
}

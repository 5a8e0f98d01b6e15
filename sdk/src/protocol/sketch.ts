/** Growth from one bucket to the next, which gives an accuracy of 1 %. */
const GAMMA = 1.0202;
const LOG_GAMMA = Math.log(GAMMA);
export const SKETCH_MIN_MS = 1;
export const SKETCH_MAX_MS = 60_000;
const INDEX_COUNT = indexOf(SKETCH_MAX_MS) + 1;

/**
 * A DDSketch: counts of values in some 550 buckets from 1 ms to 60 s, which gives any quantile
 * within 1 %. Values outside count at the edge. Merging adds counts, so the order of values and of
 * sketches does not matter.
 */
export class Sketch {
  readonly #counts = new Float64Array(INDEX_COUNT);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Ignores a value that is not a number. */
  add(value: number): void {
    if (!Number.isNaN(value)) this.#addTo(indexOf(value), 1);
  }

  merge(other: Sketch): void {
    for (const [index, count] of other.entries()) this.#addTo(index, count);
  }

  /** The value below which the share `q` of all values lies; null when there are none. */
  quantile(q: number): number | null {
    if (this.#count === 0) return null;
    const rank = Math.floor(Math.min(1, Math.max(0, q)) * (this.#count - 1));
    let seen = 0;
    let last = 0;
    for (const [index, count] of this.entries()) {
      seen += count;
      last = index;
      if (seen > rank) break;
    }
    return middleOf(last);
  }

  /** Non-empty buckets, in order. */
  *entries(): Generator<readonly [index: number, count: number]> {
    for (let index = 0; index < INDEX_COUNT; index += 1) {
      const count = this.#counts[index] as number;
      if (count > 0) yield [index, count];
    }
  }

  /** Returns false for an unknown bucket, or when the counts would no longer be exact. */
  restore(index: number, count: number): boolean {
    const isUsable = index < INDEX_COUNT && count > 0 && Number.isSafeInteger(this.#count + count);
    if (isUsable) this.#addTo(index, count);
    return isUsable;
  }

  #addTo(index: number, count: number): void {
    this.#counts[index] = (this.#counts[index] as number) + count;
    this.#count += count;
  }
}

/**
 * `gap:count` of each non-empty bucket in base 36. The gap is the number of empty buckets before
 * it; a gap of 0 is omitted. `2s:5,:1` means five values in bucket 100 and one in 101.
 */
export function encodeSketch(sketch: Sketch): string {
  let next = 0;
  const parts: string[] = [];
  for (const [index, count] of sketch.entries()) {
    const gap = index - next;
    parts.push(`${gap === 0 ? '' : gap.toString(36)}:${count.toString(36)}`);
    next = index + 1;
  }
  return parts.join(',');
}

const ENTRY = /^([1-9a-z][0-9a-z]?)?:([1-9a-z][0-9a-z]{0,10})$/;

/** Returns null for a text that `encodeSketch` does not produce. */
export function decodeSketch(text: string): Sketch | null {
  const sketch = new Sketch();
  let next = 0;
  for (const part of text === '' ? [] : text.split(',', INDEX_COUNT + 1)) {
    const match = ENTRY.exec(part);
    if (match === null) return null;
    const index = next + Number.parseInt(match[1] ?? '0', 36);
    if (!sketch.restore(index, Number.parseInt(match[2] as string, 36))) return null;
    next = index + 1;
  }
  return sketch;
}

function indexOf(value: number): number {
  const clamped = Math.min(SKETCH_MAX_MS, Math.max(SKETCH_MIN_MS, value));
  return Math.ceil(Math.log(clamped) / LOG_GAMMA);
}

/** The middle of a bucket, with the same relative distance to both edges. */
function middleOf(index: number): number {
  return (2 * GAMMA ** index) / (GAMMA + 1);
}

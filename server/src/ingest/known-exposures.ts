import { firstExposure, type Exposure } from './exposure.js';
import type { SeenUnits } from './gathered.js';

/** A set-associative cache of a million slots, which takes 16 MB. */
const SETS = 2 ** 18;
const SLOTS_PER_SET = 4;
/** A slot holds four numbers: the key, both halves of the unit's hash and the exposure. */
const SLOT_WIDTH = 4;
const SET_WIDTH = SLOTS_PER_SET * SLOT_WIDTH;
const KEYS_MAX = 50_000;
const EXPOSURE_MAX = 2 ** 32 - 1;

/**
 * A cache of stored exposures, because many instances report the same units. A stored row only ever
 * moves to a lower phase or to both arms, so an exposure that would not change the cached one would
 * not change the row either, and needs no query.
 */
export class KnownExposures {
  readonly #keys = new Map<string, number>();
  readonly #cells = new Uint32Array(SETS * SET_WIDTH);

  /** Removes the units whose stored rows would not change. */
  dropKnown(seen: SeenUnits): void {
    const key = this.#keyFor(seen);
    for (const [unit, exposure] of seen.units) {
      const [high, low] = [wordAt(unit, 0), wordAt(unit, 8)];
      const slot = this.#findSlot(key, high, low);
      if (slot < 0) continue;
      const known = this.#cells[slot + 3] as Exposure;
      if (firstExposure(known, exposure) === known) seen.units.delete(unit);
    }
  }

  /** Call it once the rows are committed. The oldest slot of a full set is overwritten. */
  add(seen: SeenUnits): void {
    const key = this.#keyFor(seen);
    const cells = this.#cells;
    for (const [unit, exposure] of seen.units) {
      if (exposure > EXPOSURE_MAX) continue;
      const [high, low] = [wordAt(unit, 0), wordAt(unit, 8)];
      const known = this.#findSlot(key, high, low);
      const first = setOf(key, high, low);
      const last = known < 0 ? first + SET_WIDTH - SLOT_WIDTH : known;
      cells.copyWithin(first + SLOT_WIDTH, first, last);
      cells[first] = key;
      cells[first + 1] = high;
      cells[first + 2] = low;
      cells[first + 3] = exposure;
    }
  }

  /** The index of the slot of a unit; negative when there is none. */
  #findSlot(key: number, high: number, low: number): number {
    const cells = this.#cells;
    const first = setOf(key, high, low);
    for (let slot = first; slot < first + SET_WIDTH; slot += SLOT_WIDTH) {
      const isSame = cells[slot] === key && cells[slot + 1] === high && cells[slot + 2] === low;
      if (isSame) return slot;
    }
    return -1;
  }

  /** Keys start at 1, because an empty slot holds 0. */
  #keyFor({ releaseId, tally, metric, scope }: SeenUnits): number {
    const name = `${releaseId} ${tally} ${metric} ${scope}`;
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    if (this.#keys.size >= KEYS_MAX) this.#clear();
    this.#keys.set(name, this.#keys.size + 1);
    return this.#keys.size;
  }

  #clear(): void {
    this.#keys.clear();
    this.#cells.fill(0);
  }
}

function setOf(key: number, high: number, low: number): number {
  const mixed = Math.imul(high ^ Math.imul(key, 0x9e37_79b1), 0x85eb_ca6b) ^ low;
  return SET_WIDTH * ((mixed ^ (mixed >>> 15)) & (SETS - 1));
}

/** Reads eight hexadecimal digits as a number without a substring: this runs for every unit. */
function wordAt(unit: string, start: number): number {
  let word = 0;
  for (let index = start; index < start + 8; index += 1) {
    const code = unit.charCodeAt(index);
    word = (word << 4) | (code < 58 ? code - 48 : code - 87);
  }
  return word >>> 0;
}

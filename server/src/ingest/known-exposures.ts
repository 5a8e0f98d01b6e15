import { firstExposure, type Exposure } from './exposure.js';
import type { SeenPeople } from './gathered.js';

/** Of four places each, side by side in memory: a million people take 16 MB. */
const SETS = 2 ** 18;
const WAYS = 4;
/** Numbers of a place: key, both halves of the hash, exposure. */
const WIDTH = 4;
const SET_WIDTH = WAYS * WIDTH;
const KEYS_MAX = 50_000;
const EXPOSURE_MAX = 2 ** 32 - 1;

/**
 * Who is certainly stored already, because many instances report the same people. A row only ever
 * goes to a lower phase, so what was once committed spares the database the question for ever.
 */
export class KnownExposures {
  readonly #keys = new Map<string, number>();
  readonly #cells = new Uint32Array(SETS * SET_WIDTH);

  /** Takes out those whom storing again would not change. */
  dropKnown(people: SeenPeople): void {
    const key = this.#keyFor(people);
    for (const [unit, exposure] of people.units) {
      const [high, low] = [wordAt(unit, 0), wordAt(unit, 8)];
      const place = this.#placeOf(key, high, low);
      if (place < 0) continue;
      const known = this.#cells[place + 3] as Exposure;
      if (firstExposure(known, exposure) === known) people.units.delete(unit);
    }
  }

  /** These have been committed. Whoever was there longest makes room. */
  add(people: SeenPeople): void {
    const key = this.#keyFor(people);
    const cells = this.#cells;
    for (const [unit, exposure] of people.units) {
      if (exposure > EXPOSURE_MAX) continue;
      const [high, low] = [wordAt(unit, 0), wordAt(unit, 8)];
      const known = this.#placeOf(key, high, low);
      const first = setOf(key, high, low);
      const last = known < 0 ? first + SET_WIDTH - WIDTH : known;
      cells.copyWithin(first + WIDTH, first, last);
      cells[first] = key;
      cells[first + 1] = high;
      cells[first + 2] = low;
      cells[first + 3] = exposure;
    }
  }

  /** Negative: nobody knows. */
  #placeOf(key: number, high: number, low: number): number {
    const cells = this.#cells;
    const first = setOf(key, high, low);
    for (let place = first; place < first + SET_WIDTH; place += WIDTH) {
      const isSame = cells[place] === key && cells[place + 1] === high && cells[place + 2] === low;
      if (isSame) return place;
    }
    return -1;
  }

  /** From 1: an empty place belongs to nobody. */
  #keyFor({ releaseId, tally, metric, scope }: SeenPeople): number {
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

/** Eight hexadecimal digits as a number: no text is made of them, as this is asked very often. */
function wordAt(unit: string, start: number): number {
  let word = 0;
  for (let place = start; place < start + 8; place += 1) {
    const code = unit.charCodeAt(place);
    word = (word << 4) | (code < 58 ? code - 48 : code - 87);
  }
  return word >>> 0;
}

import type { SeenPeople } from '../domain/metrics/gathered.js';
import { firstOf, type Sighting } from '../domain/metrics/sighting.js';

/** Half a million people take 8 MB; who shares a place with somebody later is asked about again. */
const PLACES = 2 ** 19;
const KEYS_MAX = 50_000;

/**
 * Who is certainly stored already, because many instances report the same people. A row only ever
 * goes to a lower phase, so what was once committed spares the database the question for ever.
 */
export class KnownSightings {
  readonly #keys = new Map<string, number>();
  readonly #keyOf = new Uint32Array(PLACES);
  readonly #highOf = new Uint32Array(PLACES);
  readonly #lowOf = new Uint32Array(PLACES);
  readonly #sightingOf = new Float64Array(PLACES);

  /** Takes out those whom storing again would not change. */
  leaveNews(people: SeenPeople): void {
    const key = this.#keyFor(people);
    for (const [unit, sighting] of people.units) {
      const { place, high, low } = locate(key, unit);
      const isSame =
        this.#keyOf[place] === key && this.#highOf[place] === high && this.#lowOf[place] === low;
      const known = this.#sightingOf[place] as Sighting;
      if (isSame && firstOf(known, sighting) === known) people.units.delete(unit);
    }
  }

  /** These have been committed. */
  add(people: SeenPeople): void {
    const key = this.#keyFor(people);
    for (const [unit, sighting] of people.units) {
      const { place, high, low } = locate(key, unit);
      this.#keyOf[place] = key;
      this.#highOf[place] = high;
      this.#lowOf[place] = low;
      this.#sightingOf[place] = sighting;
    }
  }

  /** From 1: an empty place belongs to nobody. */
  #keyFor({ releaseId, metric, scope }: SeenPeople): number {
    const name = `${releaseId} ${metric} ${scope}`;
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    if (this.#keys.size >= KEYS_MAX) this.#clear();
    this.#keys.set(name, this.#keys.size + 1);
    return this.#keys.size;
  }

  #clear(): void {
    this.#keys.clear();
    this.#keyOf.fill(0);
  }
}

function locate(key: number, unit: string) {
  const high = Number.parseInt(unit.slice(0, 8), 16);
  const low = Number.parseInt(unit.slice(8), 16);
  const mixed = Math.imul(high ^ Math.imul(key, 0x9e37_79b1), 0x85eb_ca6b) ^ low;
  return { high, low, place: (mixed ^ (mixed >>> 15)) & (PLACES - 1) };
}

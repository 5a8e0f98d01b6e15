import { LRUCache } from 'lru-cache';

/** A flag key may come from a request, so only the newest are counted. */
const KEYS_MAX = 1_000;

/** Counts per flag key, of bounded size. */
export class KeyCounter {
  readonly #counts = new LRUCache<string, number>({ max: KEYS_MAX });

  count(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Without a prototype: `__proto__` is a key like any other. */
  toRecord(): Readonly<Record<string, number>> {
    const record: Record<string, number> = Object.create(null);
    for (const [key, count] of this.#counts.entries()) record[key] = count;
    return record;
  }
}

import { LRUCache } from 'lru-cache';

/** A request may determine a flag key, so only the newest keys are counted. */
const KEYS_MAX = 1_000;

/** Counts per flag key, with a limit on the number of keys. */
export class KeyCounter {
  readonly #counts = new LRUCache<string, number>({ max: KEYS_MAX });

  count(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** The record has no prototype, so `__proto__` is an ordinary key. */
  toRecord(): Readonly<Record<string, number>> {
    const record: Record<string, number> = Object.create(null);
    for (const [key, count] of this.#counts.entries()) record[key] = count;
    return record;
  }
}

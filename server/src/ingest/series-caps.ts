import type { Tx } from '../store/db.js';
import { readUnknownFlags } from './sql/findings.js';
import { readSeries } from './sql/slots.js';

/** Series that the charts of an environment may have; what releases gather has its own bounds. */
export const SERIES_MAX = 2_000;
/** Names of flags that do not exist which are remembered. */
export const UNKNOWN_MAX = 200;

/**
 * Which series an environment has, so that no client fills the database with names. Each server
 * knows those that were stored when it first heard of the environment and those it let in since.
 */
export class SeriesCaps {
  readonly #known = new Map<string, { series: Set<string>; unknown: Set<string> }>();

  async load(tx: Tx, environmentIds: Iterable<string>): Promise<void> {
    for (const id of environmentIds) {
      if (this.#known.has(id)) continue;
      const [series, unknown] = [await readSeries(tx, id), await readUnknownFlags(tx, id)];
      this.#known.set(id, { series: new Set(series), unknown: new Set(unknown) });
    }
  }

  admits(environmentId: string, name: string): boolean {
    const known = this.#known.get(environmentId);
    if (!known) return false;
    const isUnknown = name.startsWith('unknown:');
    const names = isUnknown ? known.unknown : known.series;
    if (names.has(name)) return true;
    if (names.size >= (isUnknown ? UNKNOWN_MAX : SERIES_MAX)) return false;
    names.add(name);
    return true;
  }

  /** Forgets everything, so that what was pruned makes room; it is read again when needed. */
  clear(): void {
    this.#known.clear();
  }
}

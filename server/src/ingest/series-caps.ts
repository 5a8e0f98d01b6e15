import type { UnknownFlag } from '../domain/metrics/finding.js';
import type { Tx } from '../store/db.js';
import type { Caps } from './gather.js';
import { readUnknownFlags } from './sql/findings.js';
import { readSeries } from './sql/slots.js';

/** Limit for each environment. Series of releases do not count, since plans limit them. */
const SERIES_MAX = 2_000;
/** Limit of unknown flags for each environment. */
const UNKNOWN_FLAGS_MAX = 200;

/**
 * Limits the names that an environment may have, so that no client fills the database with them.
 * Each server knows the names that were stored when it first loaded the environment, and those that
 * it has admitted since.
 */
export class SeriesCaps implements Caps {
  readonly #known = new Map<string, { series: Set<string>; unknown: Set<string> }>();

  async load(tx: Tx, environmentIds: Iterable<string>): Promise<void> {
    for (const id of environmentIds) {
      if (this.#known.has(id)) continue;
      const [series, unknown] = [await readSeries(tx, id), await readUnknownFlags(tx, id)];
      this.#known.set(id, { series: new Set(series), unknown: new Set(unknown) });
    }
  }

  admitsSeries(environmentId: string, series: string): boolean {
    const known = this.#known.get(environmentId);
    return known !== undefined && admit(known.series, series, SERIES_MAX);
  }

  admitsUnknownFlag(environmentId: string, finding: UnknownFlag): boolean {
    const known = this.#known.get(environmentId);
    return known !== undefined && admit(known.unknown, finding, UNKNOWN_FLAGS_MAX);
  }

  /** Forgets all names, so that pruned ones no longer count. `load` reads the rest again. */
  clear(): void {
    this.#known.clear();
  }
}

function admit(names: Set<string>, name: string, max: number): boolean {
  if (names.has(name)) return true;
  if (names.size >= max) return false;
  names.add(name);
  return true;
}

import { listRecentChanges } from '../store/audit-tail.js';
import type { Db } from '../store/db.js';
import { listLatestTicks } from '../store/tick-store.js';

/** Audit rows may become visible out of order, so the newest few are looked at again. */
const OVERLAP = 100;

/**
 * Notices that something in a project has changed, a ruleset or not: flags made, keys revoked, new
 * numbers of a release. A hint for pages that are open; what they show they read for themselves.
 */
export class ProjectWatch {
  readonly #db: Db;
  #seen: ReadonlySet<number> | undefined;
  #ticks: ReadonlyMap<string, string> | undefined;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Projects that were changed since the last call; none at the first. */
  async poll(): Promise<ReadonlySet<string>> {
    const rows = await listRecentChanges(this.#db, OVERLAP);
    const fresh = this.#seen ? rows.filter(({ id }) => !this.#seen?.has(id)) : [];
    this.#seen = new Set(rows.map(({ id }) => id));
    return new Set([
      ...fresh.flatMap(({ projectId }) => projectId ?? []),
      ...(await this.#evaluated()),
    ]);
  }

  /** Projects whose releases were evaluated since the last call. */
  async #evaluated(): Promise<readonly string[]> {
    const before = this.#ticks;
    this.#ticks = await listLatestTicks(this.#db);
    if (before === undefined) return [];
    return [...this.#ticks].filter(([id, at]) => before.get(id) !== at).map(([id]) => id);
  }
}

import { listRecentChanges } from '../store/audit-tail.js';
import type { Db } from '../store/db.js';

/** Audit rows may become visible out of order, so the newest few are looked at again. */
const OVERLAP = 100;

/**
 * Notices that something in a project has changed, a ruleset or not: flags made, keys revoked. A
 * hint for pages that are open; what they show they read for themselves.
 */
export class ProjectWatch {
  readonly #db: Db;
  #seen: ReadonlySet<number> | undefined;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Projects that were changed since the last call; none at the first. */
  async poll(): Promise<ReadonlySet<string>> {
    const rows = await listRecentChanges(this.#db, OVERLAP);
    const fresh = this.#seen ? rows.filter(({ id }) => !this.#seen?.has(id)) : [];
    this.#seen = new Set(rows.map(({ id }) => id));
    return new Set(fresh.flatMap(({ projectId }) => projectId ?? []));
  }
}

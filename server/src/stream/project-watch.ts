import { listRecentChanges } from '../store/audit-tail.js';
import type { Db } from '../store/db.js';
import { type LatestTick, listLatestTicks } from '../store/tick-store.js';

/** Audit rows may become visible out of order, so each poll re-reads the newest few. */
const OVERLAP = 100;

/** The changes in a project since the last poll. */
export interface ProjectNotice {
  /** An audit entry was written: a flag was created, a key revoked, a release paused. */
  audited: boolean;
  /** Ids of the releases that were evaluated. */
  readonly releases: string[];
}

/**
 * Detects changes in a project, including those outside a ruleset: flags created, keys revoked,
 * new numbers of a release. Open pages use it as a hint and read the changed data themselves.
 */
export class ProjectWatch {
  readonly #db: Db;
  #seen: ReadonlySet<number> | undefined;
  #ticks: ReadonlyMap<string, string> | undefined;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Returns the changes since the last call by project; the first call returns none. */
  async poll(): Promise<ReadonlyMap<string, ProjectNotice>> {
    const notices = new Map<string, ProjectNotice>();
    const noticeOf = (projectId: string): ProjectNotice => {
      const notice = notices.get(projectId) ?? { audited: false, releases: [] };
      notices.set(projectId, notice);
      return notice;
    };
    for (const projectId of await this.#audited()) noticeOf(projectId).audited = true;
    for (const { projectId, releaseId } of await this.#evaluated()) {
      noticeOf(projectId).releases.push(releaseId);
    }
    return notices;
  }

  async #audited(): Promise<readonly string[]> {
    const rows = await listRecentChanges(this.#db, OVERLAP);
    const fresh = this.#seen ? rows.filter(({ id }) => !this.#seen?.has(id)) : [];
    this.#seen = new Set(rows.map(({ id }) => id));
    return fresh.flatMap(({ projectId }) => projectId ?? []);
  }

  async #evaluated(): Promise<readonly LatestTick[]> {
    const before = this.#ticks;
    const latest = await listLatestTicks(this.#db);
    this.#ticks = new Map(latest.map(({ releaseId, at }) => [releaseId, at]));
    if (before === undefined) return [];
    return latest.filter(({ releaseId, at }) => before.get(releaseId) !== at);
  }
}

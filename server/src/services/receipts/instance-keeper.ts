import type { ReportQueue } from '../../ingest/queue.js';
import type { Log } from '../../log.js';
import type { Db } from '../../store/db.js';
import {
  countLiveInstances,
  type InstanceIdentity,
  type InstanceKey,
  pruneHistory,
  refreshInstances,
} from '../../store/instance-store.js';

const REFRESH_MS = 20_000;
const PRUNE_MS = 60 * 60_000;
const REFRESH_SIZE = 1_000;

export interface InstanceKeeperDeps {
  readonly db: Db;
  readonly log: Log;
  readonly reports: ReportQueue;
  /** Instances with an open stream on this server. */
  readonly connected: () => Iterable<InstanceKey>;
}

export interface Applied {
  readonly epoch: string;
  readonly revision: number;
}

/** Updates the list of instances: adds, refreshes and prunes them. */
export class InstanceKeeper {
  readonly #deps: InstanceKeeperDeps;
  readonly #timers: NodeJS.Timeout[] = [];
  #live: ReadonlyMap<string, number> = new Map();

  constructor(deps: InstanceKeeperDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#timers.push(
      setInterval(() => void this.refresh(), REFRESH_MS).unref(),
      setInterval(() => void this.prune(), PRUNE_MS).unref(),
    );
  }

  stop(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }

  /** Instances of an environment on all servers, as of the last refresh. */
  liveCount(environmentId: string): number {
    return this.#live.get(environmentId) ?? 0;
  }

  /** Notes that an instance has connected. `applied` is the revision that it already has. */
  noteSeen(identity: InstanceIdentity, applied: Applied | null): void {
    const epoch = applied?.epoch ?? null;
    const revision = applied?.revision ?? null;
    this.#deps.reports.add({ ...identity, seq: null, epoch, revision }).catch((error: unknown) => {
      this.#deps.log.debug('an instance could not be noted', { error });
    });
  }

  async refresh(): Promise<void> {
    const { db, log, connected } = this.#deps;
    try {
      const keys = [...connected()];
      for (let start = 0; start < keys.length; start += REFRESH_SIZE) {
        await refreshInstances(db, keys.slice(start, start + REFRESH_SIZE));
      }
      this.#live = await countLiveInstances(db);
    } catch (error) {
      log.debug('instances could not be refreshed', { error });
    }
  }

  async prune(): Promise<void> {
    const { db, log, reports } = this.#deps;
    try {
      await pruneHistory(db);
      await reports.tidy();
    } catch (error) {
      log.warn('old history could not be pruned; it is tried again in an hour', { error });
    }
  }
}

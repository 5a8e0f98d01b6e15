import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../domain/errors.js';
import type { Db } from '../../store/db.js';
import { type InstanceReport, storeReports } from '../../store/instance-store.js';

/** Reports that come within this time share a commit. */
const GROUP_MS = 20;
/** The embedded database takes one query at a time: a kill must not wait long behind a group. */
const GROUP_SIZE_MAX = 200;
const WAITING_MAX = 20_000;

export type NewReport = Omit<InstanceReport, 'waitedMs'>;

export interface ReportQueueDeps {
  readonly db: Db;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** A number in [0, 1). */
  readonly random: () => number;
}

interface Waiting {
  readonly report: NewReport;
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What instances say, stored in groups so that a thousand receipts of one kill cost a few commits.
 * Nothing is acknowledged before it is stored.
 */
export class ReportQueue {
  readonly #deps: ReportQueueDeps;
  #waiting: Waiting[] = [];
  #isRunning = false;
  #idle: Promise<void> = Promise.resolve();

  constructor(deps: ReportQueueDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Resolves once the report is stored; rejects when it is not, and the sender tries again. */
  add(report: NewReport): Promise<void> {
    const { clock, random } = this.#deps;
    if (this.#waiting.length >= WAITING_MAX) {
      const retryAfterSeconds = 1 + Math.floor(random() * 5);
      const message = `${WAITING_MAX} reports wait to be stored already`;
      return Promise.reject(new AppError('UNAVAILABLE', message, { retryAfterSeconds }));
    }
    const stored = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ report, since: clock(), resolve, reject });
    });
    if (!this.#isRunning) this.#idle = this.#run();
    return stored;
  }

  /** Resolves when nothing waits any more. */
  async drain(): Promise<void> {
    await this.#idle;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      if (this.#waiting.length < GROUP_SIZE_MAX) await sleep(GROUP_MS);
      await this.#storeGroup(this.#takeGroup());
    }
    this.#isRunning = false;
  }

  /** One report of an instance at a time: a statement may touch a row only once. */
  #takeGroup(): readonly Waiting[] {
    const group = new Map<string, Waiting>();
    const rest: Waiting[] = [];
    for (const waiting of this.#waiting) {
      const id = `${waiting.report.environmentId}:${waiting.report.instanceId}`;
      if (group.size < GROUP_SIZE_MAX && !group.has(id)) group.set(id, waiting);
      else rest.push(waiting);
    }
    this.#waiting = rest;
    return [...group.values()];
  }

  async #storeGroup(group: readonly Waiting[]): Promise<void> {
    const now = this.#deps.clock();
    const reports = group.map(({ report, since }) => ({ ...report, waitedMs: now - since }));
    try {
      await storeReports(this.#deps.db, reports);
      for (const { resolve } of group) resolve();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../domain/errors.js';
import type { SentBatch } from '../../domain/metrics/gather-batches.js';
import type { Db } from '../../store/db.js';
import { storePosts, type Trip } from '../../store/ingest-store.js';
import type { InstanceReport } from '../../store/instance-store.js';
import { SeriesCaps } from '../../store/series-caps.js';
import { weightOf } from './weight-of-batch.js';

/** Reports that come within this time share a commit. */
const GROUP_MS = 20;
/** The embedded database takes one query at a time: a kill must not wait long behind a group. */
const GROUP_SIZE_MAX = 200;
/** Names and people to look up: some 30 ms of work. */
const GROUP_WEIGHT_MAX = 1_500;
const WAITING_MAX = 20_000;
/** About 200 MB of batches. */
const WAITING_WEIGHT_MAX = 2_000_000;
/** Writers of different numbers never wait for each other's rows. */
const REPLICAS = 8;

export type NewReport = Omit<InstanceReport, 'waitedMs'>;

export interface ReportQueueDeps {
  readonly db: Db;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Told after the commit; the ticks find the same, so nothing is lost when it fails. */
  readonly onTrip?: (trip: Trip) => void;
}

interface Waiting {
  readonly report: NewReport;
  readonly sent: SentBatch | null;
  readonly weight: number;
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
  readonly #caps = new SeriesCaps();
  readonly #replica: number;
  #waiting: Waiting[] = [];
  #weight = 0;
  #isRunning = false;
  #idle: Promise<void> = Promise.resolve();

  constructor(deps: ReportQueueDeps) {
    this.#deps = deps;
    this.#replica = Math.floor(deps.random() * REPLICAS);
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Resolves once it is stored; rejects when it is not, and the sender tries again. */
  add(report: NewReport, sent: SentBatch | null = null): Promise<void> {
    const { clock, random } = this.#deps;
    if (this.#waiting.length >= WAITING_MAX || this.#weight >= WAITING_WEIGHT_MAX) {
      const retryAfterSeconds = 1 + Math.floor(random() * 5);
      const message = `${this.#waiting.length} reports wait to be stored already`;
      return Promise.reject(new AppError('UNAVAILABLE', message, { retryAfterSeconds }));
    }
    const weight = 1 + (sent === null ? 0 : weightOf(sent.batch));
    const stored = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ report, sent, weight, since: clock(), resolve, reject });
      this.#weight += weight;
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
    let weight = 0;
    for (const waiting of this.#waiting) {
      const id = `${waiting.report.environmentId}:${waiting.report.instanceId}`;
      const hasRoom = group.size < GROUP_SIZE_MAX && weight + waiting.weight <= GROUP_WEIGHT_MAX;
      if ((hasRoom || group.size === 0) && !group.has(id)) {
        group.set(id, waiting);
        weight += waiting.weight;
      } else rest.push(waiting);
    }
    this.#waiting = rest;
    this.#weight -= weight;
    return [...group.values()];
  }

  async #storeGroup(group: readonly Waiting[]): Promise<void> {
    const now = this.#deps.clock();
    const posts = group.map(({ report, sent, since }) => {
      return { report: { ...report, waitedMs: now - since }, sent };
    });
    try {
      const { db, onTrip } = this.#deps;
      const trips = await storePosts(db, posts, { replica: this.#replica, caps: this.#caps });
      for (const { resolve } of group) resolve();
      for (const trip of trips) onTrip?.(trip);
    } catch (error) {
      if (group.length > 1 && !isUnavailable(error)) await this.#storeOneByOne(group);
      else for (const { reject } of group) reject(error);
    }
  }

  /** So that one batch which the database refuses does not hold up everybody else's for ever. */
  async #storeOneByOne(group: readonly Waiting[]): Promise<void> {
    for (const waiting of group) await this.#storeGroup([waiting]);
  }
}

function isUnavailable(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'UNAVAILABLE';
  return error instanceof Error && error.cause !== undefined && isUnavailable(error.cause);
}

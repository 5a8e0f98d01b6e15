import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../domain/errors.js';
import type { Trip } from '../domain/gates/tripwire.js';
import type { Db } from '../store/db.js';
import type { InstanceReport } from '../store/instance-store.js';
import type { SentBatch } from './gather.js';
import {
  type FindTrips,
  type IngestOptions,
  type GroupOutcome,
  ingestGroup,
} from './ingest-group.js';
import { KnownExposures } from './known-exposures.js';
import { GroupPace, weightOf } from './pace.js';
import { SeriesCaps } from './series-caps.js';
import { tidyIngested } from './upkeep.js';

/** Reports that arrive within this time share a commit. */
const GROUP_MS = 20;
const GROUP_SIZE_MAX = 200;
/** How long storing a group should take. `GroupPace` derives the weight of a group from it. */
const GROUP_WORK_MS = 100;
const WAITING_MAX = 20_000;
/** About 200 MB of batches. */
const WAITING_WEIGHT_MAX = 2_000_000;
/** Senders time out after ten seconds and send again, which would only make the queue longer. */
const WAITING_MS_MAX = 5_000;
/** Servers with different replica numbers write different rows, so they never wait for locks. */
const REPLICAS = 8;

export type NewReport = Omit<InstanceReport, 'waitedMs'>;

export interface ReportQueueDeps {
  readonly db: Db;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Lower it where other queries wait for the group, as a kill does on the embedded database. */
  readonly groupWorkMs?: number;
  /** Without it, storing events rolls back no release. */
  readonly tripwire?: {
    readonly findTrips: FindTrips;
    /** Called after the commit. A tick finds the same evidence, so a call may fail. */
    readonly onTrip: (trip: Trip) => void;
  };
  /** Called for each stored batch with the time since it arrived. */
  readonly onStored?: (ms: number) => void;
}

/** Outcomes of batches since this server started. */
export interface IngestCounts {
  stored: number;
  repeated: number;
  refused: number;
  failed: number;
  /** Events in the batches that were stored. */
  events: number;
}

interface Waiting {
  readonly report: NewReport | null;
  readonly sent: SentBatch | null;
  readonly weight: number;
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Stores reports and batches of instances in groups, so that a thousand receipts of one kill cost a
 * few commits. Nothing is acknowledged before it is stored.
 */
export class ReportQueue {
  readonly #deps: ReportQueueDeps;
  readonly #options: IngestOptions;
  readonly #pace: GroupPace;
  readonly #counts: IngestCounts = { stored: 0, repeated: 0, refused: 0, failed: 0, events: 0 };
  #waiting: Waiting[] = [];
  #weight = 0;
  #isRunning = false;
  #idle: Promise<void> = Promise.resolve();

  constructor(deps: ReportQueueDeps) {
    this.#deps = deps;
    this.#pace = new GroupPace(deps.groupWorkMs ?? GROUP_WORK_MS);
    const replica = Math.floor(deps.random() * REPLICAS);
    const findTrips = deps.tripwire?.findTrips ?? (async () => []);
    this.#options = { replica, findTrips, caps: new SeriesCaps(), known: new KnownExposures() };
  }

  get size(): number {
    return this.#waiting.length;
  }

  get counts(): Readonly<IngestCounts> {
    return this.#counts;
  }

  /**
   * Resolves once the report and the batch are stored, and rejects when they could not be, so that
   * the sender retries. Without a report no `seq` is stored, so a repeated batch counts again.
   */
  add(report: NewReport | null, sent: SentBatch | null = null): Promise<void> {
    const { clock, random } = this.#deps;
    if (this.#isFull()) {
      const retryAfterSeconds = 1 + Math.floor(random() * 5);
      if (sent !== null) this.#counts.refused += 1;
      const message = `${this.#waiting.length} reports are already waiting to be stored`;
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

  /** Merges and deletes old rows. Any number of servers may call it at once. */
  async tidy(): Promise<void> {
    await tidyIngested(this.#deps.db);
    this.#options.caps.clear();
  }

  /** Resolves when the queue is empty. */
  async drain(): Promise<void> {
    await this.#idle;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    let hasRest = false;
    while (this.#waiting.length > 0) {
      if (!hasRest) await sleep(GROUP_MS);
      const group = this.#takeGroup();
      hasRest = this.#waiting.length > 0;
      await this.#storeGroup(group);
    }
    this.#isRunning = false;
  }

  #isFull(): boolean {
    const [oldest] = this.#waiting;
    if (oldest === undefined) return false;
    const isLate = this.#deps.clock() - oldest.since > WAITING_MS_MAX;
    return isLate || this.#waiting.length >= WAITING_MAX || this.#weight >= WAITING_WEIGHT_MAX;
  }

  /** A group has one report per instance, because a statement may touch a row only once. */
  #takeGroup(): readonly Waiting[] {
    const group = new Map<unknown, Waiting>();
    const rest: Waiting[] = [];
    const weightMax = this.#pace.weightMax(this.#weight);
    let weight = 0;
    for (const waiting of this.#waiting) {
      const { report } = waiting;
      const id = report === null ? waiting : `${report.environmentId}:${report.instanceId}`;
      const hasRoom = group.size < GROUP_SIZE_MAX && weight + waiting.weight <= weightMax;
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
      return { report: report && { ...report, waitedMs: now - since }, sent };
    });
    let outcome: GroupOutcome;
    try {
      outcome = await ingestGroup(this.#deps.db, posts, this.#options);
    } catch (error) {
      if (group.length > 1 && !isUnavailable(error)) await this.#storeOneByOne(group);
      else this.#fail(group, error);
      return;
    }
    this.#pace.learn(weightIn(group), this.#deps.clock() - now);
    for (const { resolve } of group) resolve();
    this.#count(group, outcome);
    for (const trip of outcome.trips) this.#deps.tripwire?.onTrip(trip);
  }

  #fail(group: readonly Waiting[], error: unknown): void {
    this.#counts.failed += batchesIn(group).length;
    for (const { reject } of group) reject(error);
  }

  #count(group: readonly Waiting[], { repeats, events }: GroupOutcome): void {
    const batches = batchesIn(group);
    this.#counts.stored += batches.length - repeats;
    this.#counts.repeated += repeats;
    this.#counts.events += events;
    const now = this.#deps.clock();
    for (const { since } of batches) this.#deps.onStored?.(now - since);
  }

  /** One batch that the database rejects must not block the other batches of its group. */
  async #storeOneByOne(group: readonly Waiting[]): Promise<void> {
    for (const waiting of group) await this.#storeGroup([waiting]);
  }
}

function batchesIn(group: readonly Waiting[]): readonly Waiting[] {
  return group.filter(({ sent }) => sent !== null);
}

function weightIn(group: readonly Waiting[]): number {
  return group.reduce((sum, { weight }) => sum + weight, 0);
}

function isUnavailable(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'UNAVAILABLE';
  return error instanceof Error && error.cause !== undefined && isUnavailable(error.cause);
}

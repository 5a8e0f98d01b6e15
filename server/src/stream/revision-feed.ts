import type { Log } from '../log.js';

const POLL_MS = 1_000;
const BACKOFF_MAX_MS = 3_000;

export interface RevisionFeedDeps {
  /** Re-reads all environments with changes; rejects when the database does not answer. */
  readonly read: () => Promise<void>;
  readonly log: Log;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly pollMs?: number;
}

export interface FeedStatus {
  /** False while the database does not answer and the last known state is served. */
  readonly isFresh: boolean;
  readonly failures: number;
  readonly reads: number;
}

/**
 * Keeps this server's memory up to date with the database. A nudge carries no data and may be lost,
 * doubled or late: each read goes by revision, and polling covers lost nudges.
 */
export class RevisionFeed {
  readonly #deps: RevisionFeedDeps;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;
  #isNudged = false;
  #isStopped = true;
  #failures = 0;
  #reads = 0;

  constructor(deps: RevisionFeedDeps) {
    this.#deps = deps;
  }

  get status(): FeedStatus {
    const isFresh = this.#reads > 0 && this.#failures === 0;
    return { isFresh, failures: this.#failures, reads: this.#reads };
  }

  /** Starts reading repeatedly; resolves after the first attempt and never rejects. */
  async start(): Promise<void> {
    this.#isStopped = false;
    await this.nudge();
  }

  /**
   * Reads now, or once more after the read in progress, which may have begun before the
   * change. Resolves when a read that began after this call has ended.
   */
  nudge(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    if (this.#reading) {
      this.#isNudged = true;
      return this.#reading;
    }
    clearTimeout(this.#timer);
    this.#reading = this.#readUntilQuiet();
    return this.#reading;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#reading;
  }

  /** Must not await after the last check of `isNudged`, or a nudge in between would be lost. */
  async #readUntilQuiet(): Promise<void> {
    do {
      this.#isNudged = false;
      await this.#readOnce();
    } while (this.#isNudged && !this.#isStopped && this.#failures === 0);
    this.#reading = undefined;
    this.#scheduleNext();
  }

  async #readOnce(): Promise<void> {
    const { log, read } = this.#deps;
    try {
      await read();
      this.#reads += 1;
      if (this.#failures > 0) log.info('the database answers again', { count: this.#failures });
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      const message = 'the database does not answer; the last known rulesets are served';
      if (this.#failures === 1) log.warn(message, { error });
    }
  }

  #scheduleNext(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.nudge(), this.#delayMs()).unref();
  }

  /** Jitter is applied after the cap, so that servers do not retry at the same moment. */
  #delayMs(): number {
    const { pollMs = POLL_MS, random } = this.#deps;
    if (this.#failures === 0) return pollMs;
    const backoffMs = Math.min(BACKOFF_MAX_MS, pollMs * 2 ** (this.#failures - 1));
    return backoffMs * (0.5 + random() / 2);
  }
}

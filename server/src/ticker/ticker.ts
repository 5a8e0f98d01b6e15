import { describeError } from '../domain/describe-error.js';
import { AppError } from '../domain/errors.js';
import { noteBrokenTick } from '../services/releases/note-broken-tick.js';
import { claimDueReleases, forgetPeople } from '../store/tick-store.js';
import { Semaphore } from './semaphore.js';
import { type TickDeps, tick } from './tick.js';

const POLL_MS = 500;
const JITTER_MS = 250;
const CLAIM_MAX = 20;
/** Limits how many releases one process evaluates at once. */
const TICKS_AT_ONCE = 4;
/** About five minutes. */
const POLLS_PER_CLEANING = 500;
/** The release is paused after this many failed ticks in a row. */
const FAILURES_MAX = 3;

export interface TickerDeps extends TickDeps {
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Converts a failure of the database into an `AppError`. */
  readonly unwrap: (error: unknown) => unknown;
}

/**
 * Ticks due releases, on any number of servers at once. A claim lasts for one tick interval. Every
 * write is a compare-and-set, so overlapping ticks of one release are harmless.
 */
export class Ticker {
  readonly #deps: TickerDeps;
  readonly #permits = new Semaphore(TICKS_AT_ONCE);
  readonly #failures = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #polls = 0;
  #isStarted = false;
  #isStopped = false;

  constructor(deps: TickerDeps) {
    this.#deps = deps;
  }

  start(): void {
    if (this.#isStarted || this.#isStopped) return;
    this.#isStarted = true;
    this.#schedule();
  }

  /** Finishes running ticks. Other claimed releases are due again one interval later, anywhere. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** Ticks every release that is due now, once. Never rejects. */
  async tickDue(): Promise<void> {
    try {
      while (true) {
        const due = await claimDueReleases(this.#deps.ctx.db, CLAIM_MAX);
        await this.#tickAll(due);
        if (due.length < CLAIM_MAX || this.#isStopped) return;
      }
    } catch (error) {
      this.#deps.log.debug('the due releases could not be claimed', { error });
    }
  }

  #schedule(): void {
    if (this.#isStopped) return;
    const delayMs = POLL_MS + this.#deps.random() * JITTER_MS;
    this.#timer = setTimeout(() => {
      this.#running = this.#poll();
      void this.#running.then(() => this.#schedule());
    }, delayMs).unref();
  }

  async #poll(): Promise<void> {
    await this.tickDue();
    this.#polls += 1;
    if (this.#polls % POLLS_PER_CLEANING !== 0) return;
    await forgetPeople(this.#deps.ctx.db).catch((error: unknown) => {
      this.#deps.log.debug('people of releases that are over could not be forgotten', { error });
    });
  }

  async #tickAll(ids: readonly string[]): Promise<void> {
    const work = (id: string) => async () => {
      if (!this.#isStopped) await this.#tickOne(id);
    };
    await Promise.all(ids.map((id) => this.#permits.run(work(id))));
  }

  async #tickOne(releaseId: string): Promise<void> {
    const { log } = this.#deps;
    try {
      const withoutPermit: TickDeps['withoutPermit'] = (wait) => this.#permits.withoutPermit(wait);
      await tick({ ...this.#deps, withoutPermit }, releaseId);
      this.#failures.delete(releaseId);
    } catch (thrown) {
      const error = this.#deps.unwrap(thrown);
      if (isPassing(error)) return log.debug('a release could not be evaluated', { error });
      log.warn('a release could not be evaluated; it holds', { error: thrown });
      await this.#noteFailure(releaseId, error);
    }
  }

  async #noteFailure(releaseId: string, error: unknown): Promise<void> {
    const { ctx, log } = this.#deps;
    const failures = (this.#failures.get(releaseId) ?? 0) + 1;
    const isStructural = failures >= FAILURES_MAX;
    this.#failures.set(releaseId, isStructural ? 0 : failures);
    const { message } = describeError(error);
    const broken = { releaseId, message, isStructural };
    await noteBrokenTick(ctx, broken).catch((inner: unknown) => {
      log.debug('a failed tick could not be recorded', { error: inner });
    });
  }
}

/** Whether the database is unavailable or full. The next tick retries; no failure is recorded. */
function isPassing(error: unknown): boolean {
  return error instanceof AppError && ['UNAVAILABLE', 'STORAGE_FULL'].includes(error.code);
}

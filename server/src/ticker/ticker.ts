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
/** Some five minutes. */
const POLLS_PER_CLEANING = 500;
/** After so many failures in a row nobody expects the next one to work. */
const FAILURES_MAX = 3;

export interface TickerDeps extends TickDeps {
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Makes a failure of the database an `AppError`. */
  readonly unwrap: (error: unknown) => unknown;
}

/**
 * Ticks due releases, on any number of servers at once. A server that claims a release has the time
 * of one tick for it; correctness rests on the compare-and-set of every write, not on the claim.
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

  /** Ticks that have begun are finished; the others are due again a tick later, anywhere. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** Ticks everything that is due now, once; never rejects. */
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

/** The database is away or busy: the next tick comes by itself. */
function isPassing(error: unknown): boolean {
  return error instanceof AppError && ['UNAVAILABLE', 'STORAGE_FULL'].includes(error.code);
}

import type { Clock, Timer } from '../clock.js';
import { type Identity, requestTo } from '../identity.js';
import { EVENTS_PATH } from '../protocol/headers.js';
import { isSamePosition, type Position } from '../protocol/position.js';
import {
  extendedDelayMs,
  parseRetryAfter,
  type Random,
  retryAfterDelayMs,
  retryDelayMs,
} from '../sync/backoff.js';
import type { Transport } from '../sync/transport.js';

/** The maximum delay of a receipt for a change without a kill. */
const DEBOUNCE_MS = 5_000;
const POST_TIMEOUT_MS = 10_000;
const SPREAD_MAX_MS = 60_000;
/** The first part of the spread stays free for delivering the kill itself to other clients. */
const QUIET_SHARE = 0.2;
/** The interval between batches when no release runs. */
export const POST_AFTER_MS = 10_000;
/** The server rejects this batch for good. It is dropped, and the next batch reuses its number. */
const UNWANTED: readonly number[] = [400, 413, 422];

export interface BatchPart {
  /** The batch's members as JSON, without the braces. */
  readonly members: string;
  /** The number of events that are lost with the batch. */
  readonly weight: number;
}

/** The content of a batch, except for its number, time and revision. */
export interface BatchContents {
  readonly isEmpty: boolean;
  /** At least one full batch is pending. */
  readonly isFull: boolean;
  /** The interval for posting even without events; null: no such interval. */
  readonly beatMs: number | null;
  take(): BatchPart;
  /** Counts the events of batches that will never arrive. */
  lose(events: number): void;
}

export interface SenderDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: Transport;
  readonly identity: () => Identity;
  readonly contents: BatchContents;
  /** A batch was rejected for good. */
  readonly onUnwanted?: (status: number) => void;
}

interface Unanswered {
  readonly body: string;
  readonly applied: Position | null;
  readonly weight: number;
  /** True when no events were left for a later batch. */
  readonly isAll: boolean;
}

/** A caller that waits until all events of this moment are stored. */
interface Waiting {
  /** The number of batches that existed before. */
  readonly batches: number;
  settle(): void;
}

/**
 * Sends events to the server, and the revision in force. There is one post at a time; only the
 * newest revision is reported. A post without a response is repeated unchanged, because the server
 * may have stored it and `seq` must have no gaps.
 */
export class BatchSender {
  readonly #deps: SenderDeps;
  #seq = 0;
  #batches = 0;
  #newest: Position | null = null;
  #acknowledged: Position | null = null;
  #unanswered: Unanswered | null = null;
  #inFlight: AbortController | null = null;
  #failures = 0;
  /** When the next post is due; null: none is needed. */
  #dueAt: number | null = null;
  /** After a failure nothing is posted before this time. */
  #notBefore = 0;
  #timer: { readonly handle: Timer; readonly dueAt: number } | null = null;
  #closed = false;
  readonly #waiting = new Set<Waiting>();

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  /** `spreadMs`: report early, spread over this many ms. null: report within `DEBOUNCE_MS`. */
  applied(position: Position, spreadMs: number | null): void {
    this.#newest = position;
    const share = this.#deps.random();
    if (spreadMs === null) this.want(DEBOUNCE_MS * share);
    else this.want(Math.min(spreadMs, SPREAD_MAX_MS) * (QUIET_SHARE + (1 - QUIET_SHARE) * share));
  }

  /** Also reports rules that were not new, such as a copy from disk, once. */
  confirmed(position: Position): void {
    if (!isSamePosition(position, this.#newest)) this.applied(position, null);
  }

  /** Requests a post within this time. An earlier due time is kept. */
  want(withinMs: number): void {
    const dueAt = this.#deps.clock.monotonic() + withinMs;
    this.#dueAt = Math.min(dueAt, this.#dueAt ?? dueAt);
    this.#schedule();
  }

  /**
   * Posts pending data immediately; true when the server has stored everything pending at the call.
   */
  async flush(timeoutMs: number): Promise<boolean> {
    if (this.#isSettled()) return true;
    if (this.#notBefore - this.#deps.clock.monotonic() > timeoutMs) return false;
    return await new Promise((resolve) => {
      const end = (isStored: boolean) => {
        timer.cancel();
        this.#waiting.delete(waiting);
        resolve(isStored);
      };
      const waiting = { batches: this.#batches, settle: () => end(!this.#closed) };
      const timer = this.#deps.clock.setTimer(() => end(this.#isSettled()), timeoutMs, 'holds');
      this.#waiting.add(waiting);
      this.want(0);
    });
  }

  /** The server may accept a new key after it rejected the old one. */
  retryNow(): void {
    this.#notBefore = 0;
    if (this.#unanswered !== null) this.want(0);
  }

  /** The batch that may or may not be stored. */
  get unanswered(): string | null {
    return this.#unanswered?.body ?? null;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.handle.cancel();
    this.#inFlight?.abort();
    this.#settle(Number.POSITIVE_INFINITY);
  }

  #isSettled(): boolean {
    return this.#unanswered === null && this.#hasNothingNew();
  }

  #hasNothingNew(): boolean {
    const isReported = this.#newest === null || isSamePosition(this.#newest, this.#acknowledged);
    return isReported && this.#deps.contents.isEmpty;
  }

  #schedule(): void {
    if (this.#closed || this.#inFlight !== null || this.#dueAt === null) return;
    const { clock } = this.#deps;
    const now = clock.monotonic();
    const dueAt = Math.max(this.#dueAt, this.#notBefore);
    if (this.#timer !== null && this.#timer.dueAt <= dueAt) return;
    this.#timer?.handle.cancel();
    const post = () => {
      this.#timer = null;
      void this.#post();
    };
    if (dueAt > now) this.#timer = { handle: clock.setTimer(post, dueAt - now), dueAt };
    else post();
  }

  /** Never rejects. */
  async #post(): Promise<void> {
    const { clock, contents } = this.#deps;
    if (this.#unanswered === null) {
      this.#dueAt = null;
      if (this.#hasNothingNew() && contents.beatMs === null) {
        this.#settle(Number.POSITIVE_INFINITY);
        return;
      }
      this.#unanswered = this.#nextBatch();
    }
    const postedAt = clock.monotonic();
    this.#inFlight = new AbortController();
    const answer = await this.#send(this.#unanswered, this.#inFlight);
    this.#inFlight = null;
    if (this.#closed) return;
    if (answer.kind === 'stored') this.#stored(this.#unanswered, postedAt);
    else this.#failed(answer, this.#unanswered);
    this.#schedule();
  }

  #nextBatch(): Unanswered {
    this.#seq += 1;
    this.#batches += 1;
    const { clock, contents } = this.#deps;
    const applied = this.#newest;
    const { members, weight } = contents.take();
    const head = JSON.stringify({ seq: this.#seq, at: Math.round(clock.now()), applied });
    const body = `${head.slice(0, -1)},${members}}`;
    return { body, applied, weight, isAll: contents.isEmpty };
  }

  #stored({ applied, isAll }: Unanswered, postedAt: number): void {
    const { clock, contents } = this.#deps;
    this.#failures = 0;
    this.#acknowledged = applied;
    this.#unanswered = null;
    if (this.#isSettled()) this.#settle(Number.POSITIVE_INFINITY);
    else if (isAll) this.#settle(this.#batches);
    if (contents.isFull || this.#waiting.size > 0) this.want(0);
    else if (!contents.isEmpty) this.want(POST_AFTER_MS);
    if (contents.beatMs !== null) this.want(postedAt + contents.beatMs - clock.monotonic());
  }

  #failed({ kind, retryMs }: Refusal, { weight }: Unanswered): void {
    this.#notBefore = this.#deps.clock.monotonic() + retryMs;
    this.#dueAt ??= this.#notBefore;
    if (kind === 'again') return;
    this.#unanswered = null;
    this.#seq -= 1;
    this.#deps.contents.lose(weight);
  }

  async #send({ body }: Unanswered, post: AbortController): Promise<Answer> {
    const { clock, random, transport } = this.#deps;
    const timer = clock.setTimer(() => post.abort(), POST_TIMEOUT_MS);
    try {
      const headers = { 'Content-Type': 'application/json' };
      const request = requestTo(this.#deps.identity(), 'POST', EVENTS_PATH, { headers, body });
      const response = await transport(request, post.signal);
      const { status } = response;
      // Only the status matters, but the body must be read before the next post.
      await response.read(ignore).catch(ignore);
      if (status >= 200 && status < 300) return { kind: 'stored' };
      return this.#refused(status, response.header('retry-after'));
    } catch {
      this.#failures += 1;
      return { kind: 'again', retryMs: retryDelayMs(this.#failures, random) };
    } finally {
      timer.cancel();
    }
  }

  #refused(status: number, retryAfter: string | null): Refusal {
    const { clock, random, onUnwanted } = this.#deps;
    this.#failures += 1;
    const delayMs = retryDelayMs(this.#failures, random);
    if (UNWANTED.includes(status)) {
      onUnwanted?.(status);
      return { kind: 'unwanted', retryMs: delayMs };
    }
    if (status < 500 && ![408, 429].includes(status)) {
      return { kind: 'again', retryMs: extendedDelayMs(random) };
    }
    const retryAfterMs = parseRetryAfter(retryAfter, clock.now());
    if (retryAfterMs === null) return { kind: 'again', retryMs: delayMs };
    return { kind: 'again', retryMs: Math.max(delayMs, retryAfterDelayMs(retryAfterMs, random)) };
  }

  /** Resolves the waits that began before batch number `batches` was built. */
  #settle(batches: number): void {
    for (const waiting of [...this.#waiting]) if (waiting.batches < batches) waiting.settle();
  }
}

const ignore = () => {};

type Answer = { readonly kind: 'stored' } | Refusal;

interface Refusal {
  /** `unwanted`: the batch must not be repeated. */
  readonly kind: 'again' | 'unwanted';
  readonly retryMs: number;
}

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

/** A change that killed nothing is reported within this time. */
const DEBOUNCE_MS = 5_000;
const POST_TIMEOUT_MS = 10_000;
const SPREAD_MAX_MS = 60_000;
/** The first part of the spread belongs to the kill itself, which is on its way to the others. */
const QUIET_SHARE = 0.2;
/** Otherwise what was gathered is sent this often. */
export const POST_AFTER_MS = 10_000;
/** The server will never take this batch: it is dropped, and its number goes to the next. */
const UNWANTED: readonly number[] = [400, 413, 422];

export interface BatchPart {
  /** Members of the batch's object, as JSON. */
  readonly members: string;
  /** Events that are lost with it. */
  readonly weight: number;
}

/** What a batch says besides who sends it, when, and which rules are in force. */
export interface BatchContents {
  readonly isEmpty: boolean;
  /** More than one batch waits. */
  readonly isFull: boolean;
  /** Post this often even when there is nothing to say; null: no need. */
  readonly beatMs: number | null;
  take(): BatchPart;
  /** Batches that will never arrive, with so many events. */
  lose(events: number): void;
}

export interface SenderDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: Transport;
  readonly identity: () => Identity;
  readonly contents: BatchContents;
  /** A batch was refused for good. */
  readonly onUnwanted?: (status: number) => void;
}

interface Unanswered {
  readonly body: string;
  readonly applied: Position | null;
  readonly weight: number;
  /** Nothing was left behind when it was made. */
  readonly isAll: boolean;
}

/** Somebody who waits until everything that there was is stored. */
interface Waiting {
  /** How many batches had been made before. */
  readonly batches: number;
  settle(): void;
}

/**
 * Tells the server what happened here, and which revision is in force. One post at a time;
 * positions that pass by meanwhile are skipped, the newest counts. A post that got no answer is
 * repeated as it was, since the server may have stored it: `seq` has no gaps.
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
  /** When the next post is wanted; null: nobody waits. */
  #dueAt: number | null = null;
  /** After a failure nothing is posted before this time, whatever comes up meanwhile. */
  #notBefore = 0;
  #timer: { readonly handle: Timer; readonly dueAt: number } | null = null;
  #closed = false;
  readonly #waiting = new Set<Waiting>();

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  /** `spreadMs`: report at once, spread over so many milliseconds; null: when convenient. */
  applied(position: Position, spreadMs: number | null): void {
    this.#newest = position;
    const share = this.#deps.random();
    if (spreadMs === null) this.want(DEBOUNCE_MS * share);
    else this.want(Math.min(spreadMs, SPREAD_MAX_MS) * (QUIET_SHARE + (1 - QUIET_SHARE) * share));
  }

  /** Rules that were not new to us, such as a copy from disk, are reported too, once. */
  confirmed(position: Position): void {
    if (!isSamePosition(position, this.#newest)) this.applied(position, null);
  }

  /** Posts within this time; an earlier date stands. */
  want(withinMs: number): void {
    const dueAt = this.#deps.clock.monotonic() + withinMs;
    this.#dueAt = Math.min(dueAt, this.#dueAt ?? dueAt);
    this.#schedule();
  }

  /** Posts what waits without delay; true once the server has stored what there was by now. */
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

  /** A new key may be taken where the old one was not. */
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
      // The status says it all; what else is said only has to be over before the next post.
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

  /** Ends the waiting of those who came before batch number `batches` was made. */
  #settle(batches: number): void {
    for (const waiting of [...this.#waiting]) if (waiting.batches < batches) waiting.settle();
  }
}

const ignore = () => {};

type Answer = { readonly kind: 'stored' } | Refusal;

interface Refusal {
  /** `unwanted`: the same batch need not come again. */
  readonly kind: 'again' | 'unwanted';
  readonly retryMs: number;
}

import type { Clock, Timer } from '../clock.js';
import { type Identity, requestTo } from '../identity.js';
import type { EventBatch } from '../protocol/event-batch.js';
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

const NOTHING_ELSE = { through: null, slots: [], unknown: [], unattributed: 0, dropped: 0 };

export interface ReceiptDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: Transport;
  readonly identity: () => Identity;
}

/**
 * Tells the server which revision is in force here. One post at a time; positions that pass by
 * meanwhile are skipped, the newest counts. A post that got no answer is repeated as it was, since
 * the server may have stored it: `seq` has no gaps.
 */
export class Receipts {
  readonly #deps: ReceiptDeps;
  #seq = 0;
  #newest: Position | null = null;
  #acknowledged: Position | null = null;
  #unanswered: EventBatch | null = null;
  #inFlight: AbortController | null = null;
  #failures = 0;
  /** After a failure nothing is posted before this time, whatever comes up meanwhile. */
  #notBefore = 0;
  #timer: { readonly handle: Timer; readonly dueAt: number } | null = null;
  #closed = false;
  #onIdle = new Set<() => void>();

  constructor(deps: ReceiptDeps) {
    this.#deps = deps;
  }

  /** `spreadMs`: report at once, spread over so many milliseconds; null: when convenient. */
  applied(position: Position, spreadMs: number | null): void {
    this.#newest = position;
    const withinMs = spreadMs === null ? DEBOUNCE_MS : Math.min(spreadMs, SPREAD_MAX_MS);
    this.#postWithin(withinMs * this.#deps.random());
  }

  /** Rules that were not new to us, such as a copy from disk, are reported too, once. */
  confirmed(position: Position): void {
    if (!isSamePosition(position, this.#newest)) this.applied(position, null);
  }

  /** Posts what is due without delay; true once the server has acknowledged the newest position. */
  async flush(timeoutMs: number): Promise<boolean> {
    if (this.#isSettled()) return true;
    if (this.#notBefore - this.#deps.clock.monotonic() > timeoutMs) return false;
    this.#postWithin(0);
    return await new Promise((resolve) => {
      const settle = () => {
        timer.cancel();
        this.#onIdle.delete(settle);
        resolve(this.#isSettled());
      };
      const timer = this.#deps.clock.setTimer(settle, timeoutMs, 'holds');
      this.#onIdle.add(settle);
    });
  }

  /** A new key may be taken where the old one was not. */
  retryNow(): void {
    this.#notBefore = 0;
    if (this.#unanswered !== null) this.#postWithin(0);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.handle.cancel();
    this.#inFlight?.abort();
    this.#idle();
  }

  #isSettled(): boolean {
    return this.#newest === null || isSamePosition(this.#newest, this.#acknowledged);
  }

  /** An earlier date stands. */
  #postWithin(delayMs: number): void {
    if (this.#closed || this.#inFlight !== null) return;
    const { clock } = this.#deps;
    const now = clock.monotonic();
    const dueAt = Math.max(now + delayMs, this.#notBefore);
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
    if (this.#unanswered === null) {
      if (this.#isSettled()) return this.#idle();
      this.#seq += 1;
      const at = Math.round(this.#deps.clock.now());
      this.#unanswered = { ...NOTHING_ELSE, seq: this.#seq, at, applied: this.#newest };
    }
    const batch = this.#unanswered;
    this.#inFlight = new AbortController();
    const retryMs = await this.#send(batch, this.#inFlight);
    this.#inFlight = null;
    if (this.#closed) return;
    if (retryMs === null) {
      this.#failures = 0;
      this.#acknowledged = batch.applied;
      this.#unanswered = null;
      if (this.#isSettled()) return this.#idle();
    } else {
      this.#notBefore = this.#deps.clock.monotonic() + retryMs;
    }
    this.#postWithin(0);
  }

  /** Null when the batch is stored, else how long to wait before it is sent again. */
  async #send(batch: EventBatch, post: AbortController): Promise<number | null> {
    const { clock, random, transport } = this.#deps;
    const timer = clock.setTimer(() => post.abort(), POST_TIMEOUT_MS);
    try {
      const type = { 'Content-Type': 'application/json' };
      const body = JSON.stringify(batch);
      const request = requestTo(this.#deps.identity(), 'POST', EVENTS_PATH, type, body);
      const response = await transport(request, post.signal);
      if (response.status >= 200 && response.status < 300) return null;
      this.#failures += 1;
      if (response.status < 500 && ![408, 429].includes(response.status)) {
        return extendedDelayMs(random);
      }
      const retryAfterMs = parseRetryAfter(response.header('retry-after'), clock.now());
      const delayMs = retryDelayMs(this.#failures, random);
      if (retryAfterMs === null) return delayMs;
      return Math.max(delayMs, retryAfterDelayMs(retryAfterMs, random));
    } catch {
      this.#failures += 1;
      return retryDelayMs(this.#failures, random);
    } finally {
      timer.cancel();
      post.abort();
    }
  }

  #idle(): void {
    for (const settle of [...this.#onIdle]) settle();
  }
}

import {
  between,
  extendedDelayMs,
  HEALTHY_AFTER_MS,
  type Random,
  retryAfterDelayMs,
  retryDelayMs,
} from './backoff.js';
import type { PollEnd } from './polling.js';
import type { StreamEnd } from './streaming.js';

const POLL_INTERVAL_MS = 30_000;
/** While polling, the interval between attempts to stream. */
const STREAM_RETRY_MS = 5 * 60_000;
/** Consecutive silent streams before polling starts. */
const SILENT_STREAMS_MAX = 2;
/** Errors that only an operator can fix: a wrong key or a wrong address. */
const EXTENDED_STATUSES: readonly number[] = [401, 403, 404];

export type Mode = 'streaming' | 'polling';

export interface Step {
  readonly next: 'stream' | 'poll';
  readonly delayMs: number;
}

/** Decides when and how to reconnect. Holds counters only: no timers, no I/O. */
export class ReconnectPolicy {
  readonly #random: Random;
  readonly #pollIntervalMs: number;
  #failures = 0;
  #silentStreams = 0;
  #streamRetryAt: number | null = null;

  constructor(random: Random, pollIntervalMs = POLL_INTERVAL_MS) {
    this.#random = random;
    this.#pollIntervalMs = pollIntervalMs;
  }

  get mode(): Mode {
    return this.#streamRetryAt === null ? 'streaming' : 'polling';
  }

  /** A heartbeat arrived, so no proxy buffers the stream. */
  streamWorks(): void {
    this.#silentStreams = 0;
    this.#streamRetryAt = null;
  }

  /** The key or the process changed, so earlier failures no longer matter. */
  reset(): void {
    this.#failures = 0;
    this.#silentStreams = 0;
    this.#streamRetryAt = null;
  }

  afterStream(end: StreamEnd, openMs: number): Step {
    const wasHealthy = openMs >= HEALTHY_AFTER_MS;
    if (wasHealthy) this.#failures = 0;
    if (end.kind === 'goodbye') {
      const floorMs = wasHealthy ? 0 : this.#failed();
      return { next: 'stream', delayMs: Math.max(end.afterMs, floorMs) };
    }
    if (end.kind === 'refused') return { next: 'stream', delayMs: this.#refused(end) };
    if (end.kind === 'silent') this.#silentStreams += 1;
    if (this.#silentStreams >= SILENT_STREAMS_MAX) return { next: 'poll', delayMs: 0 };
    return { next: 'stream', delayMs: this.#failed() };
  }

  /** A successful poll proves that only streams fail. A failed one leads back to streams. */
  afterPoll(end: PollEnd, now: number): Step {
    if (end.kind === 'refused') return { next: 'stream', delayMs: this.#refused(end) };
    if (end.kind === 'broken') return { next: 'stream', delayMs: this.#failed() };
    this.#failures = 0;
    if (this.#streamRetryAt === null) this.#streamRetryAt = now + STREAM_RETRY_MS;
    const delayMs = this.#pollIntervalMs * between(0.8, 1.2, this.#random);
    if (now + delayMs < this.#streamRetryAt) return { next: 'poll', delayMs };
    this.#streamRetryAt = now + delayMs + STREAM_RETRY_MS;
    return { next: 'stream', delayMs };
  }

  #failed(): number {
    this.#failures += 1;
    return retryDelayMs(this.#failures, this.#random);
  }

  #refused(end: { status: number; retryAfterMs: number | null }): number {
    if (EXTENDED_STATUSES.includes(end.status)) return extendedDelayMs(this.#random);
    const delayMs = this.#failed();
    if (end.retryAfterMs === null) return delayMs;
    return Math.max(delayMs, retryAfterDelayMs(end.retryAfterMs, this.#random));
  }
}

export function isExtended(status: number): boolean {
  return EXTENDED_STATUSES.includes(status);
}

import type { Clock, Timer } from '../clock.js';
import { decodeEvent, type RawEvent } from '../protocol/decode-event.js';
import { TIME_HEADER } from '../protocol/headers.js';
import type { StreamEvent } from '../protocol/ruleset-message.js';
import { parseRetryAfter } from './backoff.js';
import { createEventReader } from './event-reader.js';
import type { HttpRequest, HttpResponse, Transport } from './transport.js';

/** From the start of the request to the first byte of the body. */
export const FIRST_BYTE_TIMEOUT_MS = 5_000;
/** Three heartbeat intervals of the server. */
export const READ_TIMEOUT_MS = 45_000;
/** This many bytes count as progress without a whole event; fewer count as silence. */
const PROGRESS_BYTES = 1_024;
const GOODBYE_AFTER_MAX_MS = 5 * 60_000;

/** Why a stream ended. A stream never ends with an exception. */
export type StreamEnd =
  | { readonly kind: 'refused'; readonly status: number; readonly retryAfterMs: number | null }
  /** No first byte arrived in time, or nothing arrived for three heartbeats. */
  | { readonly kind: 'silent'; readonly message: string }
  | { readonly kind: 'broken'; readonly message: string }
  /** The event does not fit our rules, so a whole ruleset is needed. */
  | { readonly kind: 'resync'; readonly message: string }
  | { readonly kind: 'goodbye'; readonly afterMs: number }
  | { readonly kind: 'aborted' };

export interface StreamDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  /** The server's clock at the start of the stream, epoch milliseconds, if it is sent. */
  readonly onServerTime?: (now: number) => void;
}

/** Handles an event synchronously; returns the problem when it does not fit. */
export type OnStreamEvent = (event: StreamEvent) => string | null;

/** Opens one stream and passes on its events until it ends. */
export async function readStream(
  deps: StreamDeps,
  request: HttpRequest,
  onEvent: OnStreamEvent,
  signal: AbortSignal,
): Promise<StreamEnd> {
  const connection = new StreamConnection(deps, onEvent);
  const abort = () => connection.end({ kind: 'aborted' });
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await connection.read(request);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

class StreamConnection {
  readonly #deps: StreamDeps;
  readonly #onEvent: OnStreamEvent;
  readonly #abort = new AbortController();
  #end: StreamEnd | null = null;
  #watchdog: Timer | null = null;
  #leaving: { readonly at: number; readonly timer: Timer } | null = null;
  #bytesSinceProgress = 0;

  constructor(deps: StreamDeps, onEvent: OnStreamEvent) {
    this.#deps = deps;
    this.#onEvent = onEvent;
  }

  /** Only the first end counts. */
  end(end: StreamEnd): void {
    this.#end ??= end;
    this.#watchdog?.cancel();
    this.#leaving?.timer.cancel();
    this.#abort.abort();
  }

  async read(request: HttpRequest): Promise<StreamEnd> {
    this.#watch(FIRST_BYTE_TIMEOUT_MS, 'no first byte');
    try {
      const response = await this.#deps.transport(request, this.#abort.signal);
      if (this.#accept(response)) await this.#consume(response);
    } catch (error) {
      this.#end ??= { kind: 'broken', message: messageOf(error) };
    } finally {
      this.#watchdog?.cancel();
      this.#leaving?.timer.cancel();
      this.#abort.abort();
    }
    return this.#withGoodbye(
      this.#end ?? { kind: 'broken', message: 'the server closed the stream' },
    );
  }

  #accept(response: HttpResponse): boolean {
    if (response.status !== 200) {
      const retryAfter = parseRetryAfter(response.header('retry-after'), this.#deps.clock.now());
      this.end({ kind: 'refused', status: response.status, retryAfterMs: retryAfter });
      return false;
    }
    const type = response.header('content-type') ?? 'none';
    if (!type.toLowerCase().startsWith('text/event-stream')) {
      this.end({
        kind: 'broken',
        message: `content type ${type.slice(0, 100)} is no event stream`,
      });
      return false;
    }
    const time = response.header(TIME_HEADER);
    if (time !== null && /^\d{1,15}$/.test(time)) this.#deps.onServerTime?.(Number(time));
    return true;
  }

  async #consume(response: HttpResponse): Promise<void> {
    const progress = () => this.#progress();
    const feed = createEventReader((raw) => this.#take(raw), progress);
    let isFirst = true;
    await response.read((bytes) => {
      if (this.#end !== null) return;
      this.#bytesSinceProgress += bytes.length;
      if (isFirst || this.#bytesSinceProgress >= PROGRESS_BYTES) this.#progress();
      isFirst = false;
      feed(bytes);
    });
  }

  #take(raw: RawEvent): void {
    if (this.#end !== null) return;
    this.#progress();
    const decoded = decodeEvent(raw);
    if (decoded === null) return;
    if ('problem' in decoded) this.end({ kind: 'broken', message: decoded.problem });
    else if (decoded.value.event === 'goodbye') this.#leave(decoded.value.data.afterMs);
    else this.#pass(decoded.value);
  }

  #pass(event: StreamEvent): void {
    const misfit = this.#onEvent(event);
    if (misfit !== null) this.end({ kind: 'resync', message: misfit });
  }

  #progress(): void {
    this.#bytesSinceProgress = 0;
    this.#watch(READ_TIMEOUT_MS, 'no event');
  }

  #watch(timeoutMs: number, what: string): void {
    this.#watchdog?.cancel();
    const message = `${what} for ${timeoutMs / 1_000} s`;
    this.#watchdog = this.#deps.clock.setTimer(
      () => this.end({ kind: 'silent', message }),
      timeoutMs,
    );
  }

  /** Keeps reading until the server closes or the time is up, because a kill may still arrive. */
  #leave(afterMs: number): void {
    this.#leaving?.timer.cancel();
    const waitMs = Math.min(afterMs, GOODBYE_AFTER_MAX_MS);
    const timer = this.#deps.clock.setTimer(
      () => this.end({ kind: 'goodbye', afterMs: 0 }),
      waitMs,
    );
    this.#leaving = { at: this.#deps.clock.monotonic() + waitMs, timer };
  }

  #withGoodbye(end: StreamEnd): StreamEnd {
    if (this.#leaving === null || end.kind === 'aborted' || end.kind === 'resync') return end;
    const afterMs = Math.max(0, this.#leaving.at - this.#deps.clock.monotonic());
    return { kind: 'goodbye', afterMs };
  }
}

/** The error in one line. After several failed addresses the error has a code and no message. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (error.message === '') return code || error.name;
  return code === '' || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}

import type { Clock, Timer } from '../clock.js';
import { type Identity, requestTo } from '../identity.js';
import { RULESET_PATH, STREAM_PATH } from '../protocol/headers.js';
import { formatPosition, parsePosition } from '../protocol/position.js';
import type { StreamEvent } from '../protocol/ruleset-message.js';
import type { Random } from './backoff.js';
import { type PollEnd, pollRuleset } from './polling.js';
import { isExtended, type Mode, ReconnectPolicy, type Step } from './reconnect-policy.js';
import { describePosition, type Snapshot, type SnapshotStore } from './snapshot.js';
import { readStream, type StreamEnd } from './streaming.js';
import type { Transport } from './transport.js';

export interface SyncDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: Transport;
  readonly snapshots: SnapshotStore;
  /** Read at each request: a new key counts from the next one. */
  readonly identity: () => Identity;
  readonly pollIntervalMs?: number;
}

/** What the client is told; called in this order, never from inside one another. */
export interface SyncObserver {
  /** New rules are in force instead of `before`. */
  onApplied(before: Snapshot | null, receiptSpreadMs: number | null): void;
  /** The server confirmed that our rules are the current ones. */
  onConfirmed(): void;
  /** The server's clock, epoch milliseconds. */
  onServerTime(now: number): void;
  onFailure(failure: SyncFailure): void;
}

export interface SyncFailure {
  readonly message: string;
  readonly status: number | null;
  /** Only a person can help; we go on trying, slowly. */
  readonly isExtended: boolean;
  readonly retryInMs: number;
}

/** Keeps the snapshot fresh: a stream where streams work, polling where they do not. */
export class RulesetSync {
  readonly #deps: SyncDeps;
  readonly #observer: SyncObserver;
  readonly #policy: ReconnectPolicy;
  #closed = false;
  #attempts = 0;
  #running = new AbortController();
  #wake: (() => void) | null = null;
  /** Set between two attempts too, when there is nothing to abort and nobody to wake. */
  #mustRestart = false;
  #etag: string | null = null;
  #needsWhole = false;
  #inSync = false;

  constructor(deps: SyncDeps, observer: SyncObserver) {
    this.#deps = deps;
    this.#observer = observer;
    this.#policy = new ReconnectPolicy(deps.random, deps.pollIntervalMs);
  }

  get mode(): Mode {
    return this.#policy.mode;
  }

  get attempts(): number {
    return this.#attempts;
  }

  /** Runs until `close`; never rejects. */
  async run(firstDelayMs: number): Promise<void> {
    let step: Step = { next: 'stream', delayMs: firstDelayMs };
    while (!this.#closed) {
      step = (await this.#sleep(step.delayMs)) ? step : { next: 'stream', delayMs: 0 };
      if (this.#closed) return;
      this.#mustRestart = false;
      this.#attempts += 1;
      this.#running = new AbortController();
      step = step.next === 'stream' ? await this.#stream() : await this.#poll();
    }
  }

  /** Starts over at once: the process was frozen, or the key changed, and with it what is ours. */
  restart(ask?: 'whole'): void {
    this.#needsWhole ||= ask === 'whole';
    this.#policy.reset();
    this.#etag = null;
    this.#mustRestart = true;
    this.#running.abort();
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.restart();
  }

  async #stream(): Promise<Step> {
    const { clock } = this.#deps;
    const startedAt = clock.monotonic();
    const position = this.#needsWhole ? null : this.#deps.snapshots.position;
    const request = requestTo(this.#deps.identity(), 'GET', STREAM_PATH, {
      Accept: 'text/event-stream',
      'Cache-Control': 'no-cache',
      'Last-Event-ID': position === null ? null : formatPosition(position),
    });
    this.#inSync = false;
    const take = (event: StreamEvent) => this.#take(event);
    const end = await readStream(this.#deps, request, take, this.#running.signal);
    if (end.kind === 'aborted') return { next: 'stream', delayMs: 0 };
    this.#needsWhole = end.kind === 'resync';
    const step = this.#policy.afterStream(end, clock.monotonic() - startedAt);
    this.#report(end, step);
    return step;
  }

  async #poll(): Promise<Step> {
    const request = requestTo(this.#deps.identity(), 'GET', RULESET_PATH, {
      Accept: 'application/json',
      'Accept-Encoding': 'gzip',
      'If-None-Match': this.#etag,
    });
    const end = await pollRuleset(this.#deps, request, this.#running.signal);
    if (end.kind === 'aborted') return { next: 'stream', delayMs: 0 };
    if (end.kind === 'ruleset') {
      this.#etag = end.etag;
      this.#offer(() => this.#deps.snapshots.offerLive(end.ruleset));
    } else if (end.kind === 'unchanged' && this.#deps.snapshots.confirm()) {
      this.#observer.onConfirmed();
    }
    const step = this.#policy.afterPoll(end, this.#deps.clock.monotonic());
    this.#report(end, step);
    return step;
  }

  /** Returns what is wrong when the event does not fit what we have. */
  #take(event: StreamEvent): string | null {
    const { snapshots } = this.#deps;
    switch (event.event) {
      case 'ruleset':
        this.#offer(() => snapshots.offerLive(event.data));
        return null;
      case 'patch':
        return this.#offer(() => snapshots.offerPatch(event.data), event.data.receiptSpreadMs);
      case 'current':
        this.#observer.onServerTime(event.data.now);
        if (!snapshots.confirm(parsePosition(event.id))) return this.#misfit(event.id);
        this.#inSync = true;
        this.#observer.onConfirmed();
        return null;
      case 'heartbeat':
        this.#policy.streamWorks();
        this.#observer.onServerTime(event.data.now);
        if (this.#inSync) this.#observer.onConfirmed();
        return null;
      default:
        return null;
    }
  }

  #offer(
    offer: () => 'applied' | 'same' | 'older' | 'behind' | 'gap',
    receiptSpreadMs?: number,
  ): string | null {
    const before = this.#deps.snapshots.current;
    const outcome = offer();
    if (outcome === 'gap') return this.#misfit('a patch');
    if (outcome === 'older' || outcome === 'behind') return null;
    this.#inSync = true;
    if (outcome === 'applied') this.#observer.onApplied(before, receiptSpreadMs ?? null);
    this.#observer.onConfirmed();
    return null;
  }

  #misfit(what: string): string {
    return `${what} does not follow ${describePosition(this.#deps.snapshots.position)}`;
  }

  #report(end: StreamEnd | PollEnd, step: Step): void {
    const retryInMs = step.delayMs;
    if (end.kind === 'refused') {
      const message = `the server answered ${end.status}`;
      const slow = isExtended(end.status);
      this.#observer.onFailure({ message, status: end.status, isExtended: slow, retryInMs });
    } else if ('message' in end) {
      this.#observer.onFailure({
        message: end.message,
        status: null,
        isExtended: false,
        retryInMs,
      });
    }
  }

  /** False when it is to start over instead. */
  #sleep(delayMs: number): Promise<boolean> {
    if (delayMs <= 0 || this.#mustRestart) return Promise.resolve(!this.#mustRestart);
    return new Promise((resolve) => {
      let timer: Timer | null = null;
      const settle = (isOver: boolean) => {
        this.#wake = null;
        timer?.cancel();
        resolve(isOver);
      };
      this.#wake = () => settle(false);
      timer = this.#deps.clock.setTimer(() => settle(true), delayMs);
    });
  }
}

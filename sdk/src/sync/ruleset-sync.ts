import type { Clock, Timer } from '../clock.js';
import { type Identity, requestTo } from '../identity.js';
import { RULESET_PATH, STREAM_PATH } from '../protocol/headers.js';
import { formatPosition, isSamePosition, type Position } from '../protocol/position.js';
import type { StreamEvent } from '../protocol/ruleset-message.js';
import type { Random } from './backoff.js';
import { Intake, type IntakeObserver } from './intake.js';
import { type PollEnd, pollRuleset } from './polling.js';
import { isExtended, type Mode, ReconnectPolicy, type Step } from './reconnect-policy.js';
import type { SnapshotStore } from './snapshot.js';
import { messageOf, readStream, type StreamEnd } from './streaming.js';
import type { Transport } from './transport.js';

/** The delay after an unexpected exception. */
const UNEXPECTED_DELAY_MS = 30_000;

export interface SyncDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: Transport;
  readonly snapshots: SnapshotStore;
  /** Called for each request, so that a new key takes effect with the next one. */
  readonly identity: () => Identity;
  readonly pollIntervalMs?: number;
}

export interface SyncObserver extends IntakeObserver {
  onFailure(failure: SyncFailure): void;
}

export interface SyncFailure {
  readonly message: string;
  readonly status: number | null;
  /** Only an operator can fix the cause, so retries are slow. */
  readonly isExtended: boolean;
  readonly retryInMs: number;
}

/** Keeps the snapshot fresh: by streaming, or by polling where streams do not work. */
export class RulesetSync {
  readonly #deps: SyncDeps;
  readonly #observer: SyncObserver;
  readonly #policy: ReconnectPolicy;
  readonly #intake: Intake;
  #closed = false;
  #attempts = 0;
  #running = new AbortController();
  #wake: (() => void) | null = null;
  /** Also set between two attempts, when there is no request to abort and no timer to wake. */
  #mustRestart = false;
  /** ETag of the last poll, and the position that its ruleset led to. */
  #polled: { readonly etag: string; readonly position: Position | null } | null = null;

  constructor(deps: SyncDeps, observer: SyncObserver) {
    this.#deps = deps;
    this.#observer = observer;
    this.#policy = new ReconnectPolicy(deps.random, deps.pollIntervalMs);
    this.#intake = new Intake(deps.snapshots, observer);
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
      step = await this.#attempt(step.next);
    }
  }

  /**
   * Reconnects immediately, because the process was suspended or the key, and so perhaps the
   * environment, changed.
   */
  restart(ask?: 'whole'): void {
    if (ask === 'whole') this.#intake.needWhole();
    this.#policy.reset();
    this.#polled = null;
    this.#mustRestart = true;
    this.#running.abort();
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.restart();
  }

  /** An attempt always returns the next step, even after an exception. */
  async #attempt(next: Step['next']): Promise<Step> {
    try {
      return next === 'stream' ? await this.#stream() : await this.#poll();
    } catch (error) {
      const step: Step = { next: 'stream', delayMs: UNEXPECTED_DELAY_MS };
      this.#report({ kind: 'broken', message: messageOf(error) }, step);
      return step;
    }
  }

  async #stream(): Promise<Step> {
    const { clock } = this.#deps;
    const startedAt = clock.monotonic();
    const { position } = this.#intake;
    const request = requestTo(this.#deps.identity(), 'GET', STREAM_PATH, {
      headers: {
        Accept: 'text/event-stream',
        'Cache-Control': 'no-cache',
        'Last-Event-ID': position === null ? null : formatPosition(position),
      },
    });
    this.#intake.connect();
    const take = (event: StreamEvent) => this.#take(event);
    const onServerTime = (now: number) => this.#observer.onServerTime(now);
    const deps = { ...this.#deps, onServerTime };
    const end = await readStream(deps, request, take, this.#running.signal);
    if (end.kind === 'aborted') return { next: 'stream', delayMs: 0 };
    if (end.kind === 'resync') this.#intake.needWhole();
    const step = this.#policy.afterStream(end, clock.monotonic() - startedAt);
    this.#report(end, step);
    return step;
  }

  async #poll(): Promise<Step> {
    const request = requestTo(this.#deps.identity(), 'GET', RULESET_PATH, {
      headers: {
        Accept: 'application/json',
        'Accept-Encoding': 'gzip',
        'If-None-Match': this.#knownEtag(),
      },
    });
    const onServerTime = (now: number) => this.#observer.onServerTime(now);
    const end = await pollRuleset({ ...this.#deps, onServerTime }, request, this.#running.signal);
    if (end.kind === 'aborted') return { next: 'stream', delayMs: 0 };
    if (end.kind === 'ruleset') {
      this.#intake.takeWhole(end.ruleset);
      const { position } = this.#deps.snapshots;
      this.#polled = end.etag === null ? null : { etag: end.etag, position };
    } else if (end.kind === 'unchanged') {
      this.#intake.takeUnchanged();
    }
    const step = this.#policy.afterPoll(end, this.#deps.clock.monotonic());
    this.#report(end, step);
    return step;
  }

  /**
   * The tag is valid only while the polled rules are in force; otherwise a 304 would confirm other
   * rules.
   */
  #knownEtag(): string | null {
    const { position } = this.#deps.snapshots;
    if (this.#polled === null || !isSamePosition(this.#polled.position, position)) return null;
    return this.#polled.etag;
  }

  #take(event: StreamEvent): string | null {
    if (event.event === 'heartbeat') this.#policy.streamWorks();
    return this.#intake.take(event);
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

  /** Resolves to false when `restart` interrupts it. */
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

import type { Clock, Timer } from './clock.js';

const TICK_MS = 5_000;
/** Two heartbeats: whoever slept through them may have missed anything. */
const FROZEN_AFTER_MS = 30_000;

export interface ProcessWatchEvents {
  /** The process stood still for `gapMs`: a suspended container, a stopped process. */
  onThawed(gapMs: number): void;
  /** This memory now runs as another process. */
  onForked(): void;
}

/** Notices what a process cannot see directly: that it stood still, and that it is a copy. */
export class ProcessWatch {
  readonly #clock: Clock;
  readonly #events: ProcessWatchEvents;
  readonly #readPid: () => number;
  #pid: number;
  #tickedAt: number;
  #timer: Timer;

  constructor(clock: Clock, events: ProcessWatchEvents, readPid = () => process.pid) {
    this.#clock = clock;
    this.#events = events;
    this.#readPid = readPid;
    this.#pid = readPid();
    this.#tickedAt = clock.monotonic();
    this.#timer = this.#next();
  }

  close(): void {
    this.#timer.cancel();
  }

  #next(): Timer {
    return this.#clock.setTimer(() => this.#tick(), TICK_MS);
  }

  #tick(): void {
    const now = this.#clock.monotonic();
    const gapMs = now - this.#tickedAt;
    this.#tickedAt = now;
    this.#timer = this.#next();
    const pid = this.#readPid();
    if (pid !== this.#pid) {
      this.#pid = pid;
      this.#events.onForked();
    } else if (gapMs > FROZEN_AFTER_MS) {
      this.#events.onThawed(gapMs);
    }
  }
}

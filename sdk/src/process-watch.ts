import type { Clock, Timer } from './clock.js';

const TICK_MS = 5_000;
/** Two heartbeats of the server. A process that was suspended longer may have missed changes. */
const FROZEN_AFTER_MS = 30_000;

export interface ProcessWatchEvents {
  /** The process was suspended for `gapMs`, for example with its container. */
  onThawed(gapMs: number): void;
  /** The process id has changed, so this is a copy of the original process. */
  onForked(): void;
}

/** Detects that the process was suspended, or that it is a copy of another process. */
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

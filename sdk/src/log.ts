import { LRUCache } from 'lru-cache';
import type { Clock } from './clock.js';

/** Where the client's few words go; `pino` and `console` fit as they are. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

type Level = keyof Logger;

const REPEAT_AFTER_MS = 10 * 60_000;
const CAUSES_MAX = 1_000;

/** Warnings and errors become process warnings, the rest is dropped. */
export const warningLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: (message) => process.emitWarning(message, 'SluiceWarning'),
  error: (message) => process.emitWarning(message, 'SluiceError'),
};

/** Says each thing once per cause and ten minutes, and survives a logger that throws. */
export class QuietLog {
  readonly #logger: Logger;
  readonly #said: LRUCache<string, true>;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    const perf = { now: () => clock.monotonic() };
    this.#said = new LRUCache({ max: CAUSES_MAX, ttl: REPEAT_AFTER_MS, ttlResolution: 0, perf });
  }

  /** `cause` is what is counted as the same thing; by default the message itself. */
  say(level: Level, message: string, cause: string = message): void {
    if (this.#said.has(cause)) return;
    this.#said.set(cause, true);
    try {
      this.#logger[level](`[sluice] ${message}`);
    } catch {
      // A broken logger is the caller's, and must not become an evaluation's problem.
    }
  }
}

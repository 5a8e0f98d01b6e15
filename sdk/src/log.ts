import { LRUCache } from 'lru-cache';
import type { Clock } from './clock.js';

/** The logger of the client. `pino` and `console` fit without an adapter. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

type Level = keyof Logger;

const REPEAT_AFTER_MS = 10 * 60_000;
const CAUSES_MAX = 1_000;

/** Emits warnings and errors as process warnings and drops the rest. */
export const warningLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: (message) => process.emitWarning(message, 'SluiceWarning'),
  error: (message) => process.emitWarning(message, 'SluiceError'),
};

/** Logs each cause at most once in ten minutes. A logger that throws has no effect. */
export class QuietLog {
  readonly #logger: Logger;
  readonly #said: LRUCache<string, true>;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    const perf = { now: () => clock.monotonic() };
    this.#said = new LRUCache({ max: CAUSES_MAX, ttl: REPEAT_AFTER_MS, ttlResolution: 0, perf });
  }

  /** Messages with the same `cause` are repeats; by default the cause is the message. */
  say(level: Level, message: string, cause: string = message): void {
    if (this.#said.has(cause)) return;
    this.#said.set(cause, true);
    try {
      this.#logger[level](`[sluice] ${message}`);
    } catch {
      // A logger that throws is the caller's error and must not break an evaluation.
    }
  }
}

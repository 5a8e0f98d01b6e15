import type { EvaluationContext } from './core/context.js';
import type { ResolutionDetails } from './core/resolution.js';
import type { Mode } from './sync/reconnect-policy.js';
import type { Source } from './sync/snapshot.js';

/**
 * Who is asking: an evaluation context, or a request of the Web, Hono, Express, Fastify or
 * `node:http`, from which the client makes one.
 */
export type ContextOrRequest = EvaluationContext | object;

/**
 * How `ready()` ended. `ok`: live rules. `stale`: a copy serves, the client goes on trying.
 * `timeout`: no rules yet, the client goes on trying. `failed`: closed, or only a person can help,
 * such as with a wrong key.
 */
export type ReadyState = 'ok' | 'stale' | 'timeout' | 'failed';

export interface Change {
  /** Flags whose outcome may differ now, those behind a changed segment or parent included. */
  readonly keys: readonly string[];
  readonly epoch: string;
  readonly revision: number;
  readonly source: Source;
}

export interface ClientStatus {
  /** `starting`: nothing to serve yet; `stale`: rules without a recent word from the server. */
  readonly state: 'starting' | 'live' | 'stale' | 'closed';
  /** Where values come from; `default` means the default of each call. */
  readonly source: Source | 'default';
  readonly mode: Mode;
  readonly epoch: string | null;
  readonly revision: number | null;
  /** Since the server last said that these rules are current; null: never in this process. */
  readonly ageMs: number | null;
  readonly instance: string;
  /** Connections tried since the start. */
  readonly attempts: number;
  readonly lastError: ClientError | null;
  /** Calls per flag key that the ruleset does not have; the newest 1,000 keys. */
  readonly unknownFlags: Readonly<Record<string, number>>;
  /** Calls per flag whose rollout passed somebody by for want of the attribute it draws by. */
  readonly missingUnits: Readonly<Record<string, number>>;
  /** Events that could not be kept or sent, such as while the server was away for hours. */
  readonly droppedEvents: number;
}

export interface ClientError {
  readonly message: string;
  /** HTTP status, where there was an answer. */
  readonly status: number | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface ClientEvents {
  /** Live rules are in force for the first time. */
  ready: ClientStatus;
  /** New rules are in force; once per revision. */
  change: Change;
  /** The state became `stale`: no word from the server for `staleAfterMs`. */
  stale: ClientStatus;
  /** `state`, `source` or `mode` changed. */
  status: ClientStatus;
  /** A connection failed; the client goes on trying. */
  error: ClientError;
}

/** Answers from memory. Evaluation is synchronous, does no I/O and never throws. */
export interface FlagClient {
  /**
   * Is the new side of a flag served? A boolean flag must be `true`, any other must serve something
   * else than its off variant. Unknown flags and the time before rules arrive give `fallback`.
   *
   * @example
   * if (flags.isActive('awesome', request)) showAwesome();
   */
  isActive(key: string, context?: ContextOrRequest, fallback?: boolean): boolean;

  /**
   * The value of a flag; a value of another type than `fallback` counts as an error and gives it.
   *
   * @example
   * const limit = flags.value('upload.limit', { targetingKey: user.id }, 10);
   */
  value<T>(key: string, context: ContextOrRequest | undefined, fallback: T): T;

  /**
   * The value of a flag, and why it is that.
   *
   * @example
   * const { value, reason, ruleId } = flags.details('theme', { targetingKey: user.id }, 'light');
   */
  details<T>(key: string, context: ContextOrRequest | undefined, fallback: T): ResolutionDetails<T>;

  /**
   * Says that something happened to somebody: a purchase, a failed upload, a score. Where a running
   * release lists the event, it counts for the side that the person is on; else for the charts
   * alone. Only counts, sums and salted hashes leave the process. Never throws.
   *
   * @example
   * flags.track('purchase', { targetingKey: user.id }, order.total);
   */
  track(event: string, context?: ContextOrRequest, value?: number): void;

  /**
   * Waits for live rules. Settles once, in at most `timeoutMs`, and never rejects.
   *
   * @example
   * const state = await flags.ready();
   */
  ready(timeoutMs?: number): Promise<ReadyState>;

  /**
   * Calls `listener` from now on; returns what stops that. A listener that throws is left out of
   * the others' way.
   *
   * @example
   * const stop = flags.on('change', ({ keys }) => console.log('changed', keys));
   */
  on<E extends keyof ClientEvents>(
    event: E,
    listener: (payload: ClientEvents[E]) => void,
  ): () => void;

  /**
   * What the client serves from, how old it is and what went wrong.
   *
   * @example
   * const { state, source, revision, ageMs } = flags.status();
   */
  status(): ClientStatus;

  /**
   * Uses another key from now on, such as a rotated one, and connects anew at once.
   *
   * @example
   * flags.setKey(rotatedKey);
   */
  setKey(key: string): void;

  /**
   * Writes what waits: what was counted, the receipt of the newest rules, the copy on disk. False
   * when the server did not take it in time; never rejects.
   *
   * @example
   * await flags.flush();
   */
  flush(timeoutMs?: number): Promise<boolean>;

  /**
   * Sends what waits, ends the connection and clears the timers; takes at most two seconds.
   * Evaluation goes on from memory.
   *
   * @example
   * process.once('SIGTERM', () => flags.close());
   */
  close(): Promise<void>;

  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

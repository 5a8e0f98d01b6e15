import type { EvaluationContext } from './core/context.js';
import type { ResolutionDetails } from './core/resolution.js';
import type { Mode } from './sync/reconnect-policy.js';
import type { Source } from './sync/snapshot.js';

/**
 * An evaluation context, or a request of the Web, Hono, Express, Fastify or `node:http`. The client
 * builds the context of a request itself.
 */
export type ContextOrRequest = EvaluationContext | object;

/**
 * The result of `ready()`. `ok`: live rules. `stale`: a copy is served while the client retries.
 * `timeout`: no rules yet, the client retries. `failed`: the client is closed, or only an operator
 * can fix the cause, such as a wrong key.
 */
export type ReadyState = 'ok' | 'stale' | 'timeout' | 'failed';

export interface Change {
  /** Flags whose value may have changed, including those that use a changed segment or parent. */
  readonly keys: readonly string[];
  readonly epoch: string;
  readonly revision: number;
  readonly source: Source;
}

export interface ClientStatus {
  /** `starting`: no rules yet. `stale`: the server has not confirmed the rules recently. */
  readonly state: 'starting' | 'live' | 'stale' | 'closed';
  /** The source of the values; `default` means the fallback of each call. */
  readonly source: Source | 'default';
  readonly mode: Mode;
  readonly epoch: string | null;
  readonly revision: number | null;
  /** Time since the server last confirmed these rules; null: never in this process. */
  readonly ageMs: number | null;
  readonly instance: string;
  /** Connection attempts since the start. */
  readonly attempts: number;
  readonly lastError: ClientError | null;
  /** Calls per flag key that is not in the ruleset, for the newest 1,000 keys. */
  readonly unknownFlags: Readonly<Record<string, number>>;
  /** Calls per flag whose context lacked the attribute that a rollout draws by. */
  readonly missingUnits: Readonly<Record<string, number>>;
  /** Events that could not be kept or sent, for example while the server was down for hours. */
  readonly droppedEvents: number;
}

export interface ClientError {
  readonly message: string;
  /** HTTP status; null when the server did not answer. */
  readonly status: number | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface ClientEvents {
  /** Live rules are in force for the first time. */
  ready: ClientStatus;
  /** New rules are in force; once per revision. */
  change: Change;
  /** The state became `stale`: the server was silent for `staleAfterMs`. */
  stale: ClientStatus;
  /** `state`, `source` or `mode` changed. */
  status: ClientStatus;
  /** A connection failed; the client keeps trying. */
  error: ClientError;
}

/** Evaluates flags from memory. Evaluation is synchronous, does no I/O and never throws. */
export interface FlagClient {
  /**
   * Returns whether a flag is active: a boolean flag must serve `true`, any other flag a variant
   * that is not its off variant. Returns `fallback` for an unknown flag and before rules arrive.
   *
   * @example
   * if (flags.isActive('awesome', request)) showAwesome();
   */
  isActive(key: string, context?: ContextOrRequest, fallback?: boolean): boolean;

  /**
   * Returns the value of a flag. A value of another type than `fallback` counts as an error and
   * returns `fallback`.
   *
   * @example
   * const limit = flags.value('upload.limit', { targetingKey: user.id }, 10);
   */
  value<T>(key: string, context: ContextOrRequest | undefined, fallback: T): T;

  /**
   * Returns the value of a flag and the reason for it.
   *
   * @example
   * const { value, reason, ruleId } = flags.details('theme', { targetingKey: user.id }, 'light');
   */
  details<T>(key: string, context: ContextOrRequest | undefined, fallback: T): ResolutionDetails<T>;

  /**
   * Records an event of a user: a purchase, a failed upload, a score. If a running release uses the
   * event, it counts for the user's treatment or control group; otherwise it only appears on
   * charts. Only counts, sums and salted hashes leave the process. Never throws.
   *
   * @example
   * flags.track('purchase', { targetingKey: user.id }, order.total);
   */
  track(event: string, context?: ContextOrRequest, value?: number): void;

  /**
   * Waits for live rules. Resolves once, after at most `timeoutMs`, and never rejects.
   *
   * @example
   * const state = await flags.ready();
   */
  ready(timeoutMs?: number): Promise<ReadyState>;

  /**
   * Adds a listener and returns a function that removes it. A listener that throws does not affect
   * the others.
   *
   * @example
   * const stop = flags.on('change', ({ keys }) => console.log('changed', keys));
   */
  on<E extends keyof ClientEvents>(
    event: E,
    listener: (payload: ClientEvents[E]) => void,
  ): () => void;

  /**
   * Returns the source and age of the rules, and the last error.
   *
   * @example
   * const { state, source, revision, ageMs } = flags.status();
   */
  status(): ClientStatus;

  /**
   * Replaces the key, for example after a rotation, and reconnects immediately.
   *
   * @example
   * flags.setKey(rotatedKey);
   */
  setKey(key: string): void;

  /**
   * Sends pending events and the receipt of the newest rules, and writes the copy on disk. Resolves
   * to false when the server did not accept them in time; never rejects.
   *
   * @example
   * await flags.flush();
   */
  flush(timeoutMs?: number): Promise<boolean>;

  /**
   * Calls `flush`, closes the connection and clears the timers, in at most two seconds.
   * Evaluation continues to work from memory.
   *
   * @example
   * process.once('SIGTERM', () => flags.close());
   */
  close(): Promise<void>;

  /** Same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

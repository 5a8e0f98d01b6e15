import { type Connect, Connection } from './connection.js';

export interface ListenerOptions {
  readonly connect: Connect;
  readonly channel: string;
  readonly onNudge: () => void;
  readonly answerTimeoutMs: number;
  /** A number in [0, 1). */
  readonly random?: () => number;
}

const BACKOFF_MIN_MS = 100;
const BACKOFF_MAX_MS = 2_000;

/** How often it listens again, which proves that the connection still leads to the database. */
const PROBE_MS = 10_000;

/**
 * Keeps one connection that listens, and makes a new one whenever it is lost. Each new one begins
 * with a nudge, because what was said in between went unheard.
 */
export class RevisionListener {
  readonly #options: ListenerOptions;
  #connection: Connection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #isStopped = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    void this.#listen();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#connection?.close();
  }

  async #listen(): Promise<void> {
    const { connect, channel, onNudge, answerTimeoutMs } = this.#options;
    const connection = new Connection({
      connect,
      answerTimeoutMs,
      onNotify: onNudge,
      onLost: () => this.#again(connection),
    });
    this.#connection = connection;
    try {
      await connection.run({ text: `listen ${channel}` });
      this.#failures = 0;
      onNudge();
      this.#probeLater(connection);
    } catch {
      this.#again(connection);
    }
  }

  #probeLater(connection: Connection): void {
    if (this.#isStopped || connection !== this.#connection) return;
    this.#timer = setTimeout(() => {
      connection.run({ text: `listen ${this.#options.channel}` }).then(
        () => this.#probeLater(connection),
        () => this.#again(connection),
      );
    }, PROBE_MS).unref();
  }

  /** Called by whoever notices first that the connection is of no use. */
  #again(lost: Connection): void {
    if (this.#isStopped || lost !== this.#connection) return;
    this.#connection = undefined;
    lost.close();
    clearTimeout(this.#timer);
    const longest = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** this.#failures);
    this.#failures += 1;
    const random = this.#options.random ?? Math.random;
    this.#timer = setTimeout(() => void this.#listen(), longest * (0.5 + random() / 2)).unref();
  }
}

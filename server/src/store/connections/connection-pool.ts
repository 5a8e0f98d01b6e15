import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../domain/errors.js';
import { Connection, type ConnectionOptions, type Row, type Statement } from './connection.js';

export interface PoolOptions extends Pick<ConnectionOptions, 'connect' | 'answerTimeoutMs'> {
  readonly connectionsMax: number;
  /** How long a caller waits for a free connection. */
  readonly acquireTimeoutMs: number;
  /** How long whoever is patient lets everybody else go first. */
  readonly patienceMs: number;
}

/** `patient`: everybody else goes first, for as long as that takes no longer than a moment. */
export type Turn = 'next' | 'patient';

/** Whoever has just been served often asks again at once: a request is several statements. */
const QUIET_MS = 4;
const LOOK_AGAIN_MS = 2;

interface Waiter {
  readonly take: (connection: Connection) => void;
  readonly refuse: (error: AppError) => void;
}

/** Callers beyond this are refused at once: a queue this long would not be served in time. */
const WAITING_MAX = 1_000;

/** Gives each caller a connection of its own for one statement or one transaction. */
export class ConnectionPool {
  readonly #options: PoolOptions;
  readonly #idle: Connection[] = [];
  readonly #busy = new Set<Connection>();
  readonly #waiting: Waiter[] = [];
  #isClosed = false;
  #onQuiet: (() => void) | undefined;
  /** When somebody in no mood to wait was last served; monotonic. */
  #servedAt = Number.NEGATIVE_INFINITY;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  query<R extends Row = Row>(statement: Statement, turn: Turn = 'next'): Promise<readonly R[]> {
    const isRead = /^\s*select\b/i.test(statement.text);
    return this.#inTurn(turn, () =>
      this.#use(
        (connection) => connection.run<R>(statement),
        () => isRead,
      ),
    );
  }

  transaction<T>(work: (connection: Connection) => Promise<T>, turn: Turn = 'next'): Promise<T> {
    let isBegun = false;
    return this.#inTurn(turn, () =>
      this.#use(
        (connection) =>
          connection.transaction(() => {
            isBegun = true;
            return work(connection);
          }),
        () => !isBegun,
      ),
    );
  }

  /** Refuses whoever waits, lets what runs end for so long, then ends every connection. */
  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    for (const { refuse } of this.#waiting.splice(0)) refuse(unavailable('it is being closed'));
    if (this.#busy.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceMs);
        this.#onQuiet = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    for (const connection of [...this.#idle.splice(0), ...this.#busy]) connection.close();
  }

  /** With connections to spare there is nothing to wait for. */
  async #inTurn<T>(turn: Turn, use: () => Promise<T>): Promise<T> {
    if (turn === 'patient') {
      await this.#untilQuiet();
      return use();
    }
    try {
      return await use();
    } finally {
      this.#servedAt = performance.now();
    }
  }

  async #untilQuiet(): Promise<void> {
    const deadline = performance.now() + this.#options.patienceMs;
    while (this.#options.connectionsMax === 1 && performance.now() < deadline) {
      const isQuiet = performance.now() - this.#servedAt > QUIET_MS;
      if (isQuiet && this.#busy.size + this.#waiting.length === 0) return;
      await sleep(LOOK_AGAIN_MS);
    }
  }

  /** Tries once more on a new connection when a kept one turns out to be gone. */
  async #use<T>(
    work: (connection: Connection) => Promise<T>,
    mayRepeat: () => boolean,
  ): Promise<T> {
    const connection = await this.#acquire();
    try {
      return await work(connection);
    } catch (error) {
      if (!connection.isStale || !mayRepeat()) throw error;
    } finally {
      this.#release(connection);
    }
    for (const idle of this.#idle.splice(0)) idle.close();
    const fresh = await this.#acquire();
    try {
      return await work(fresh);
    } finally {
      this.#release(fresh);
    }
  }

  async #acquire(): Promise<Connection> {
    if (this.#isClosed) throw unavailable('it is being closed');
    const connection = this.#takeIdle() ?? this.#open();
    return connection ?? this.#wait();
  }

  #takeIdle(): Connection | undefined {
    for (;;) {
      const connection = this.#idle.pop();
      if (!connection) return undefined;
      if (connection.isLost) continue;
      this.#busy.add(connection);
      return connection;
    }
  }

  #open(): Connection | undefined {
    if (this.#busy.size >= this.#options.connectionsMax) return undefined;
    const connection = new Connection(this.#options);
    this.#busy.add(connection);
    return connection;
  }

  #wait(): Promise<Connection> {
    if (this.#waiting.length >= WAITING_MAX) {
      throw unavailable(`${WAITING_MAX} callers wait for it already`);
    }
    const { acquireTimeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        take: (connection) => {
          clearTimeout(timer);
          resolve(connection);
        },
        refuse: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(unavailable(`no connection was free within ${acquireTimeoutMs} ms`));
      }, acquireTimeoutMs);
      this.#waiting.push(waiter);
    });
  }

  #release(connection: Connection): void {
    this.#busy.delete(connection);
    if (!connection.isLost) this.#idle.push(connection);
    if (this.#isClosed) {
      if (this.#busy.size === 0) this.#onQuiet?.();
      return;
    }
    const next = this.#waiting.length > 0 ? (this.#takeIdle() ?? this.#open()) : undefined;
    if (next) this.#waiting.shift()?.take(next);
  }
}

function unavailable(why: string): AppError {
  return new AppError('UNAVAILABLE', `the database is not available: ${why}`, {
    retryAfterSeconds: 1,
  });
}

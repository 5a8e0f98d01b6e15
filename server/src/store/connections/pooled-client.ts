import type { Sql } from 'postgres';
import { AppError } from '../../domain/errors.js';
import type { Connection, Row, Statement } from './connection.js';
import type { ConnectionPool, Turn } from './connection-pool.js';

/** How values cross the wire; Drizzle brings its own. */
export interface Codecs {
  readonly parsers: Record<string, unknown>;
  readonly serializers: Record<string, unknown>;
}

type Run = (statement: Statement) => Promise<readonly Row[]>;

/** The part of the driver's client that Drizzle uses, served by a pool. */
export function createPooledClient(pool: ConnectionPool, codecs: Codecs, turn: Turn = 'next'): Sql {
  const client = {
    options: codecs,
    unsafe: (text: string, parameters: readonly unknown[]) =>
      new PooledQuery((statement) => pool.query(statement, turn), text, parameters),
    begin: <T>(work: (tx: TransactionClient) => Promise<T>) =>
      pool.transaction(async (connection) => {
        const tx = new TransactionClient(connection);
        try {
          return await work(tx);
        } finally {
          tx.end();
        }
      }, turn),
  };
  return client as unknown as Sql;
}

class TransactionClient {
  readonly #connection: Connection;
  #isOver = false;
  #savepointCount = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The connection serves others from here on: what comes late must not run among theirs. */
  end(): void {
    this.#isOver = true;
  }

  unsafe(text: string, parameters: readonly unknown[]): PooledQuery {
    return new PooledQuery(
      async (statement) => {
        if (this.#isOver) {
          throw new AppError('INTERNAL', 'a statement came after the end of its transaction');
        }
        return this.#connection.run(statement);
      },
      text,
      parameters,
    );
  }

  savepoint<T>(work: (tx: TransactionClient) => Promise<T>): Promise<T> {
    this.#savepointCount += 1;
    return this.#connection.savepoint(`s${this.#savepointCount}`, () => work(this));
  }
}

/** Runs when it is waited for, as the driver's queries do. */
class PooledQuery implements PromiseLike<readonly Row[]> {
  readonly #run: Run;
  readonly #statement: Statement;

  constructor(run: Run, text: string, parameters: readonly unknown[] = []) {
    this.#run = run;
    this.#statement = { text, parameters };
  }

  values(): Promise<readonly Row[]> {
    return this.#run({ ...this.#statement, asArrays: true });
  }

  // biome-ignore lint/suspicious/noThenProperty: it stands in for a lazy promise of the driver
  then<A = readonly Row[], B = never>(
    onRows?: ((rows: readonly Row[]) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#run(this.#statement).then(onRows, onError);
  }
}

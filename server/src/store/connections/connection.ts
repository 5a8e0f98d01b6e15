import type { Sql } from 'postgres';
import { AppError } from '../../domain/errors.js';
import { translateDatabaseError } from '../database-error.js';

/** A row as an object, or as an array of its columns in order. */
export type Row = Readonly<Record<string, unknown>> | readonly unknown[];

export interface Statement {
  readonly text: string;
  readonly parameters?: readonly unknown[];
  /** Rows as arrays. */
  readonly asArrays?: boolean;
  /** For migrations: the answer may take as long as it takes. */
  readonly isPatient?: boolean;
}

export interface ConnectionEvents {
  /** The connection is gone, or could not be made. */
  readonly onLost: () => void;
  readonly onNotify?: () => void;
}

/** A client of the driver with one connection, opened when first used. */
export interface Client {
  readonly sql: Sql;
  /** Goes before the first statement. */
  readonly setUp: (() => Promise<void>) | undefined;
  /** Ends it at once, whatever it is doing. */
  readonly destroy: () => void;
}

/** Texts beyond these are sent as they are: lists of varying length make many. */
const PREPARED_MAX = 300;

export type Connect = (events: ConnectionEvents) => Client;

export interface ConnectionOptions {
  readonly connect: Connect;
  /** How long the answer to one statement may take before the connection is given up. */
  readonly answerTimeoutMs: number;
  readonly onNotify?: () => void;
  readonly onLost?: () => void;
}

/**
 * One connection, for one caller at a time. It is used until it is lost and never again after:
 * the driver itself would go on to write a ROLLBACK to the closed socket, which throws where
 * nobody can catch it, and mix what is left of the old session into the new one.
 */
export class Connection {
  readonly #client: Client;
  readonly #answerTimeoutMs: number;
  #isLost = false;
  #wasDropped = false;
  #isSetUp = false;
  #hasAnswered = false;
  readonly #prepared = new Set<string>();

  constructor({ connect, answerTimeoutMs, onNotify, onLost }: ConnectionOptions) {
    this.#answerTimeoutMs = answerTimeoutMs;
    this.#client = connect({
      onLost: () => {
        if (this.#isLost) return;
        this.#drop();
        onLost?.();
      },
      ...(onNotify ? { onNotify } : {}),
    });
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** It worked before and the other side ended it, as a database does that is restarted. */
  get isStale(): boolean {
    return this.#wasDropped && this.#hasAnswered;
  }

  async run<R extends Row = Row>(statement: Statement): Promise<readonly R[]> {
    return (await this.#send(statement)) as unknown as readonly R[];
  }

  /**
   * Runs the work between BEGIN and COMMIT. A statement that failed inside makes the whole fail,
   * even when the work went on.
   */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.run({ text: 'begin' });
    return this.#finish(work, 'commit', 'rollback');
  }

  async savepoint<T>(name: string, work: () => Promise<T>): Promise<T> {
    await this.run({ text: `savepoint ${name}` });
    return this.#finish(work, `release savepoint ${name}`, `rollback to savepoint ${name}`);
  }

  close(): void {
    this.#isLost = true;
    this.#client.destroy();
  }

  /** The error comes a moment before the driver says that the connection is closed. */
  #drop(): void {
    this.#wasDropped = true;
    this.close();
  }

  async #finish<T>(work: () => Promise<T>, keep: string, undo: string): Promise<T> {
    let result: T;
    try {
      result = await work();
    } catch (error) {
      await this.#undo(undo);
      throw error;
    }
    const answer = await this.#send({ text: keep });
    if (answer.command === 'ROLLBACK') {
      throw new AppError('INTERNAL', 'a statement of the transaction failed, so nothing was saved');
    }
    return result;
  }

  /** A statement that is not prepared costs a second round trip, to ask for its types. */
  #isWorthPreparing(text: string, { length }: readonly unknown[]): boolean {
    if (length === 0 || this.#prepared.has(text)) return length > 0;
    if (this.#prepared.size >= PREPARED_MAX) return false;
    this.#prepared.add(text);
    return true;
  }

  async #undo(text: string): Promise<void> {
    if (this.#isLost) return;
    try {
      await this.run({ text });
    } catch {
      this.close();
    }
  }

  async #send({ text, parameters = [], asArrays = false, isPatient = false }: Statement) {
    if (this.#isLost) throw new AppError('UNAVAILABLE', 'the connection to the database is lost');
    const timer = isPatient ? undefined : setTimeout(() => this.close(), this.#answerTimeoutMs);
    try {
      if (!this.#isSetUp) {
        this.#isSetUp = true;
        await this.#client.setUp?.();
      }
      const prepare = this.#isWorthPreparing(text, parameters);
      const query = this.#client.sql.unsafe(text, [...parameters] as never[], { prepare });
      const result = await (asArrays ? query.values() : query);
      this.#hasAnswered = true;
      return result;
    } catch (error) {
      if (!this.#isLost && !leavesUsable(error)) this.#drop();
      throw translateDatabaseError(error);
    } finally {
      clearTimeout(timer);
    }
  }
}

const READ_ONLY = '25006';

/** Whether only a statement failed. After a failover the old primary refuses to write. */
function leavesUsable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { severity, code } = error as { severity?: unknown; code?: unknown };
  return severity === 'ERROR' && code !== READ_ONLY;
}

import type { Log } from '../../log.js';
import type { ConnectionPool } from '../connections/connection-pool.js';

const ROUND_MS = 20_000;

/** Recovery after a kill replays at most about this much. */
const LOG_BYTES_MAX = 16 * 1024 * 1024;

/** What is written in quiet times reaches its place at the latest after so many rounds. */
const ROUNDS_MAX = 15;

const LOG_BYTES = `select pg_wal_lsn_diff(pg_current_wal_lsn(),
  (select redo_lsn from pg_control_checkpoint()))::float8 as bytes`;

/** PostgreSQL counts dead rows at most once a second, unless it is asked to count at once. */
const COUNT_NOW = 'select pg_stat_force_next_flush()';

/** The table that gains most: more than a fifth of it, and not just a handful of rows. */
const WORN_TABLE = `select quote_ident(relname) as name from pg_stat_user_tables
  where greatest(n_dead_tup, n_mod_since_analyze) > 500 + n_live_tup / 5
  order by n_dead_tup desc limit 1`;

/**
 * Does what PostgreSQL's background processes do, because PGlite has none: without it the log of
 * changes and the dead rows would grow for ever. It takes its turn like any other caller, so that
 * it never comes between the messages of one statement.
 */
export class Upkeep {
  readonly #pool: ConnectionPool;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #quietRounds = 0;

  constructor(pool: ConnectionPool, log: Log) {
    this.#pool = pool;
    this.#log = log;
  }

  start(): void {
    this.#timer = setTimeout(() => void this.#runAndGoOn(), ROUND_MS).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async run(): Promise<void> {
    const [log] = await this.#pool.query<{ bytes: number }>({ text: LOG_BYTES });
    const bytes = log?.bytes ?? 0;
    this.#quietRounds += 1;
    if (bytes > LOG_BYTES_MAX || (bytes > 0 && this.#quietRounds >= ROUNDS_MAX)) {
      await this.#pool.query({ text: 'checkpoint' });
      this.#quietRounds = 0;
    }
    await this.#pool.query({ text: COUNT_NOW });
    const [worn] = await this.#pool.query<{ name: string }>({ text: WORN_TABLE });
    if (worn) await this.#pool.query({ text: `vacuum (analyze) ${worn.name}` });
  }

  async #runAndGoOn(): Promise<void> {
    try {
      await this.run();
    } catch (error) {
      this.#log.debug('the upkeep of the embedded database has to wait', { error });
    }
    if (this.#timer) this.start();
  }
}

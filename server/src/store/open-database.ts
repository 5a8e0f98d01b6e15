import postgres, { type Sql } from 'postgres';
import { createDb, type Db } from './db.js';
import { EmbeddedServer } from './embedded/embedded-server.js';
import { migrate } from './migrate.js';
import { REVISION_CHANNEL } from './revision-store.js';

export interface DatabaseOptions {
  /** `postgres://…`; absent: embedded, in `dataDirectory`. */
  readonly url?: string | undefined;
  readonly dataDirectory: string;
}

export interface Database {
  readonly kind: 'embedded' | 'postgres';
  readonly db: Db;
  readonly sql: Sql;
  /** Brings the schema up to this version; UNAVAILABLE when the database does not answer. */
  migrate(): Promise<void>;
  /**
   * Calls `onNudge` whenever another server may have changed something, and after each time that
   * listening had to start again. Returns the way to stop.
   */
  listen(onNudge: () => void): () => Promise<void>;
  close(): Promise<void>;
}

const CONNECTIONS_MAX = 10;

/** The one way to the data. Embedded: resolves when it runs. PostgreSQL: connects when used. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.url === undefined
    ? openEmbedded(options.dataDirectory)
    : openPostgres(options.url);
}

function openPostgres(url: string): Database {
  const sql = postgres(url, {
    max: CONNECTIONS_MAX,
    connect_timeout: 2,
    onnotice: () => undefined,
    connection: { application_name: 'sluice', statement_timeout: 5_000, lock_timeout: 2_000 },
  });
  return {
    kind: 'postgres',
    db: createDb(sql),
    sql,
    migrate: async () => void (await migrate(sql)),
    listen: (onNudge) => {
      const listening = sql.listen(REVISION_CHANNEL, onNudge, onNudge);
      return async () => (await listening).unlisten();
    },
    close: () => sql.end({ timeout: 5 }),
  };
}

async function openEmbedded(dataDirectory: string): Promise<Database> {
  const server = await EmbeddedServer.start(dataDirectory);
  const sql = postgres({
    path: server.socketPath,
    user: 'postgres',
    database: 'postgres',
    max: 1,
    connect_timeout: 2,
    onnotice: () => undefined,
    connection: { application_name: 'sluice', lock_timeout: 2_000 },
  });
  return {
    kind: 'embedded',
    db: createDb(sql),
    sql,
    migrate: async () => void (await migrate(sql)),
    listen: () => async () => undefined,
    close: async () => {
      await sql.end({ timeout: 5 });
      await server.stop();
    },
  };
}

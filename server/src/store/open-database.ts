import type { Log } from '../log.js';
import { assertOwnSessions } from './connections/assert-own-sessions.js';
import { connectTo } from './connections/connect.js';
import { ConnectionPool } from './connections/connection-pool.js';
import { type Codecs, createPooledClient } from './connections/pooled-client.js';
import { RevisionListener } from './connections/revision-listener.js';
import { createDb, type Db } from './db.js';
import { type EmbeddedOptions, EmbeddedServer } from './embedded/embedded-server.js';
import { Upkeep } from './embedded/upkeep.js';
import { FreeSpace } from './free-space.js';
import { type Migration, migrate } from './migrate.js';
import { REVISION_CHANNEL } from './revision-store.js';

export interface DatabaseOptions {
  /** `postgres://…`; absent: embedded, in `dataDirectory`. */
  readonly url?: string | undefined;
  readonly dataDirectory: string;
  readonly log: Log;
  /** How long is waited for what; tests that run on a busy machine wait longer. */
  readonly limits?: DatabaseLimits | undefined;
  /** Starts the embedded database. Many tests share one running instance. */
  readonly startEmbedded?: StartEmbedded | undefined;
}

export interface DatabaseLimits {
  /** Timeout for a free connection. */
  readonly acquireTimeoutMs: number;
  /** Timeout for background work behind other callers; embedded database only. */
  readonly patienceMs: number;
  /** Timeout for a lock of another transaction; PostgreSQL only. */
  readonly lockTimeoutMs: number;
  /** Timeout for one statement; PostgreSQL only, because PGlite cannot cancel one. */
  readonly statementTimeoutMs: number;
  /** Timeout for the answer to a statement, after which the connection is closed. */
  readonly answerTimeoutMs: number;
}

export type StartEmbedded = (
  options: EmbeddedOptions,
) => Promise<Pick<EmbeddedServer, 'socketPath' | 'patiently' | 'stop'>>;

export interface Database {
  readonly kind: 'embedded' | 'postgres';
  readonly db: Db;
  /** For background work: on the embedded database, all other callers have priority. */
  readonly patientDb: Db;
  /** CONFLICT when the address leads to a pooler that changes sessions between transactions. */
  assertOwnSessions(): Promise<void>;
  /**
   * Migrates the schema to this version and returns what it applied. Retry on UNAVAILABLE only; any
   * other rejection is permanent. Migrations other than those of `drizzle/` are for tests.
   */
  migrate(migrations?: readonly Migration[]): Promise<readonly string[]>;
  /**
   * Calls `onNudge` when another server may have changed something and after each reconnect of
   * the listener. Returns a function that stops it.
   */
  listen(onNudge: () => void): () => void;
  /** STORAGE_FULL when the disk under the embedded database is nearly full. */
  assertSpace(): void;
  /** Waits for running work, then releases all resources. */
  close(): Promise<void>;
}

const CONNECTIONS_MAX = 10;

/** PostgreSQL gives a statement up before its answer is overdue: then a server does not answer at all. */
const POSTGRES_LIMITS: DatabaseLimits = {
  acquireTimeoutMs: 2_000,
  patienceMs: 60,
  lockTimeoutMs: 2_000,
  statementTimeoutMs: 2_500,
  answerTimeoutMs: 3_000,
};

/**
 * Callers take turns on the embedded database, so a wait is not yet an error. The process of a
 * database that does not answer is terminated.
 */
const EMBEDDED_LIMITS: DatabaseLimits = {
  ...POSTGRES_LIMITS,
  acquireTimeoutMs: 5_000,
  statementTimeoutMs: 0,
  answerTimeoutMs: 6_000,
};

const CLOSE_GRACE_MS = 5_000;

/** Opens the database. Embedded: resolves when it runs. PostgreSQL: connects on first use. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.url === undefined ? openEmbedded(options) : openPostgres(options.url, options);
}

function openPostgres(url: string, { limits = POSTGRES_LIMITS }: DatabaseOptions): Database {
  const { answerTimeoutMs } = limits;
  const codecs: Codecs = { parsers: {}, serializers: {} };
  const connect = connectTo(url, codecs, limits);
  const pool = new ConnectionPool({
    ...limits,
    connect,
    connectionsMax: CONNECTIONS_MAX,
  });
  const listeners = new Set<RevisionListener>();
  const db = createDb(createPooledClient(pool, codecs));
  return {
    kind: 'postgres',
    db,
    patientDb: db,
    assertOwnSessions: () => assertOwnSessions({ connect, answerTimeoutMs }),
    migrate: (migrations) => migrate(pool, migrations),
    listen: (onNudge) => {
      const listener = new RevisionListener({
        connect,
        channel: REVISION_CHANNEL,
        onNudge,
        answerTimeoutMs,
      });
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        listener.stop();
      };
    },
    assertSpace: () => undefined,
    close: async () => {
      for (const listener of listeners) listener.stop();
      await pool.close(CLOSE_GRACE_MS);
    },
  };
}

async function openEmbedded(options: DatabaseOptions): Promise<Database> {
  const { dataDirectory, log, startEmbedded = EmbeddedServer.start } = options;
  const { limits = EMBEDDED_LIMITS } = options;
  const server = await startEmbedded({ dataDirectory, log });
  const codecs: Codecs = { parsers: {}, serializers: {} };
  const pool = new ConnectionPool({
    ...limits,
    connect: connectTo({ socketPath: server.socketPath }, codecs, limits),
    connectionsMax: 1,
  });
  const upkeep = new Upkeep(pool, log);
  upkeep.start();
  const space = new FreeSpace({ directory: dataDirectory });
  return {
    kind: 'embedded',
    db: createDb(createPooledClient(pool, codecs)),
    patientDb: createDb(createPooledClient(pool, codecs, 'patient')),
    assertOwnSessions: async () => undefined,
    migrate: (migrations) => server.patiently(() => migrate(pool, migrations)),
    listen: () => () => undefined,
    assertSpace: () => space.assert(),
    close: async () => {
      upkeep.stop();
      await pool.close(CLOSE_GRACE_MS);
      await server.stop();
    },
  };
}

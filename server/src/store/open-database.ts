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
  /** How the embedded database is brought to run; tests keep one running for many of them. */
  readonly startEmbedded?: StartEmbedded | undefined;
}

export interface DatabaseLimits {
  /** For a free connection. */
  readonly acquireTimeoutMs: number;
  /** For everybody else, when it may wait; embedded database only. */
  readonly patienceMs: number;
  /** For a lock that another transaction holds; PostgreSQL only. */
  readonly lockTimeoutMs: number;
  /** For one statement; PostgreSQL only, because PGlite cannot end one. */
  readonly statementTimeoutMs: number;
  /** For the answer to a statement, before the connection is given up. */
  readonly answerTimeoutMs: number;
}

export type StartEmbedded = (
  options: EmbeddedOptions,
) => Promise<Pick<EmbeddedServer, 'socketPath' | 'patiently' | 'stop'>>;

export interface Database {
  readonly kind: 'embedded' | 'postgres';
  readonly db: Db;
  /** The same for what may wait a moment: on the embedded database everybody else goes first. */
  readonly patientDb: Db;
  /** CONFLICT when the address leads to a pooler that changes sessions between transactions. */
  assertOwnSessions(): Promise<void>;
  /**
   * Brings the schema up to this version and says what it applied. UNAVAILABLE: try again; any
   * other refusal stands. Migrations other than those of `drizzle/` are for tests.
   */
  migrate(migrations?: readonly Migration[]): Promise<readonly string[]>;
  /**
   * Calls `onNudge` whenever another server may have changed something, and after each time that
   * listening had to start again. Returns the way to stop.
   */
  listen(onNudge: () => void): () => void;
  /** STORAGE_FULL when the disk under the embedded database is nearly full. */
  assertSpace(): void;
  /** Lets what runs end, then lets go of everything. */
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
 * Everybody takes turns there, so a wait is no sign of trouble yet. The process of a database that
 * does not answer is ended.
 */
const EMBEDDED_LIMITS: DatabaseLimits = {
  ...POSTGRES_LIMITS,
  acquireTimeoutMs: 5_000,
  statementTimeoutMs: 0,
  answerTimeoutMs: 6_000,
};

const CLOSE_GRACE_MS = 5_000;

/** The one way to the data. Embedded: resolves when it runs. PostgreSQL: connects when used. */
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

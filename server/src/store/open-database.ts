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
  /** How the embedded database is brought to run; tests keep one running for many of them. */
  readonly startEmbedded?: StartEmbedded | undefined;
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
const ACQUIRE_TIMEOUT_MS = 2_000;

/** PostgreSQL gives up at the first, so that a server which does not answer at all is the second. */
const STATEMENT_TIMEOUT_MS = 2_500;
const ANSWER_TIMEOUT_MS = 3_000;

/** The embedded database cannot time out a statement; its process is ended after this long. */
const EMBEDDED_ANSWER_TIMEOUT_MS = 6_000;

/** Everybody takes turns there, so a wait is no sign of trouble yet. */
const EMBEDDED_ACQUIRE_TIMEOUT_MS = 5_000;

const CLOSE_GRACE_MS = 5_000;

/** The one way to the data. Embedded: resolves when it runs. PostgreSQL: connects when used. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.url === undefined ? openEmbedded(options) : openPostgres(options.url);
}

function openPostgres(url: string): Database {
  const codecs: Codecs = { parsers: {}, serializers: {} };
  const connect = connectTo(url, codecs, { statementTimeoutMs: STATEMENT_TIMEOUT_MS });
  const pool = new ConnectionPool({
    connect,
    answerTimeoutMs: ANSWER_TIMEOUT_MS,
    connectionsMax: CONNECTIONS_MAX,
    acquireTimeoutMs: ACQUIRE_TIMEOUT_MS,
  });
  const listeners = new Set<RevisionListener>();
  const db = createDb(createPooledClient(pool, codecs));
  return {
    kind: 'postgres',
    db,
    patientDb: db,
    assertOwnSessions: () => assertOwnSessions({ connect, answerTimeoutMs: ANSWER_TIMEOUT_MS }),
    migrate: (migrations) => migrate(pool, migrations),
    listen: (onNudge) => {
      const listener = new RevisionListener({
        connect,
        channel: REVISION_CHANNEL,
        onNudge,
        answerTimeoutMs: ANSWER_TIMEOUT_MS,
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
  const server = await startEmbedded({ dataDirectory, log });
  const codecs: Codecs = { parsers: {}, serializers: {} };
  const pool = new ConnectionPool({
    connect: connectTo({ socketPath: server.socketPath }, codecs),
    answerTimeoutMs: EMBEDDED_ANSWER_TIMEOUT_MS,
    connectionsMax: 1,
    acquireTimeoutMs: EMBEDDED_ACQUIRE_TIMEOUT_MS,
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

import postgres, { type Options, type PostgresType, type Sql } from 'postgres';
import type { Connect, ConnectionEvents } from './connection.js';
import type { Codecs } from './pooled-client.js';

const CONNECT_TIMEOUT_SECONDS = 2;
const LOCK_TIMEOUT_MS = 2_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;

export type Target = string | { readonly socketPath: string };

/** Of a connection, not of the driver's own pool: each client gets exactly one. */
const SINGLE: Options<Record<string, PostgresType>> = {
  max: 1,
  connect_timeout: CONNECT_TIMEOUT_SECONDS,
  // The driver would end a connection between two statements of our transactions.
  max_lifetime: null,
  idle_timeout: undefined,
  onnotice: () => undefined,
};

/** How a new connection is made to this database, with Drizzle's way to read and write values. */
export function connectTo(
  target: Target,
  codecs: Codecs,
  { statementTimeoutMs }: { statementTimeoutMs?: number } = {},
): Connect {
  const preamble = settings({
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    ...(statementTimeoutMs === undefined ? {} : { statement_timeout: statementTimeoutMs }),
  });
  return (events) => {
    const sql =
      typeof target === 'string'
        ? postgres(target, postgresOptions(events))
        : postgres(embeddedOptions(events, target.socketPath));
    Object.assign(sql.options.parsers, codecs.parsers);
    Object.assign(sql.options.serializers, codecs.serializers);
    return { sql: sql as Sql, preamble: typeof target === 'string' ? preamble : null };
  };
}

function postgresOptions(events: ConnectionEvents) {
  return {
    ...SINGLE,
    ...driverEvents(events),
    target_session_attrs: 'read-write' as const,
    connection: { application_name: 'sluice' },
  };
}

function embeddedOptions(events: ConnectionEvents, socketPath: string) {
  return {
    ...SINGLE,
    ...driverEvents(events),
    path: socketPath,
    host: 'localhost',
    port: 5432,
    user: 'postgres',
    database: 'postgres',
    connection: { application_name: 'sluice' },
  };
}

/** Set by statements, because poolers refuse most settings at the start of a connection. */
function settings(values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `set ${name} = ${value}`)
    .join(';');
}

/** The driver's types lack `onnotify`, which its code has. */
function driverEvents({ onLost, onNotify }: ConnectionEvents) {
  return { onclose: onLost, ...(onNotify ? { onnotify: onNotify } : {}) };
}

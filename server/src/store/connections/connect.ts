import type { Socket } from 'node:net';
import postgres, { type Sql } from 'postgres';
import { AppError } from '../../domain/errors.js';
import type { Connect, ConnectionEvents } from './connection.js';
import { openSocket, type SocketTarget } from './open-socket.js';
import { readPgArray, writePgArray } from './pg-array.js';
import type { Codecs } from './pooled-client.js';
import { readTls, type TlsChoice } from './tls-choice.js';

/** From the socket to the first answer. */
const GREETING_TIMEOUT_SECONDS = 2;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;

/** A name for everybody: only this server reaches the socket. */
const EMBEDDED = {
  address: 'postgres://postgres@localhost/postgres',
  tls: { mode: 'off', isVerified: false },
} as const;

/** What PostgreSQL itself gives up after; 0: never. */
export interface SessionTimeouts {
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

export type Target = string | { readonly socketPath: string };

/**
 * Types of lists, by number. The driver would ask the database for them at each connect, in a
 * promise that nobody holds: a connection lost at that moment would end the process.
 */
const LISTS = {
  text: { to: 1009, from: [1009, 1015], serialize: writePgArray, parse: readPgArray },
  number: {
    to: 1007,
    from: [1005, 1007, 1016, 1022],
    serialize: writePgArray,
    parse: (text: string) => readPgArray(text).map(Number),
  },
};

/** How a new connection is made to this database, with Drizzle's way to read and write values. */
export function connectTo(target: Target, codecs: Codecs, timeouts: SessionTimeouts): Connect {
  const limits = limitsWith(timeouts);
  const isEmbedded = typeof target !== 'string';
  const { address, tls } = isEmbedded ? EMBEDDED : readTls(target);
  const place = isEmbedded ? { path: target.socketPath } : {};
  return (events) => {
    const { openOnce, destroy } = singleSocket(tls);
    const options = { ...driverOptions(events), ...place, socket: openOnce };
    const sql = postgres(address, options);
    Object.assign(sql.options.parsers, codecs.parsers);
    Object.assign(sql.options.serializers, codecs.serializers);
    return {
      sql: sql as unknown as Sql,
      setUp: isEmbedded ? undefined : () => setUp(sql as unknown as Sql, limits),
      destroy: () => {
        destroy();
        void sql.end({ timeout: 0 });
      },
    };
  };
}

/**
 * The driver makes a new connection by itself, at once and for ever, when one is closed before it
 * answered. A second try is refused here: whoever wants one makes a new client.
 */
function singleSocket(tls: TlsChoice) {
  let socket: Socket | undefined;
  let isOver = false;
  const openOnce = async (target: SocketTarget): Promise<Socket> => {
    if (!socket && !isOver) {
      socket = await openSocket(target, tls);
      if (!isOver) return socket;
      socket.destroy();
    }
    throw Object.assign(new Error('the connection is closed'), { code: 'CONNECTION_CLOSED' });
  };
  const destroy = () => {
    isOver = true;
    socket?.destroy();
  };
  return { openOnce, destroy };
}

function driverOptions({ onLost, onNotify }: ConnectionEvents) {
  return {
    max: 1,
    // The socket is encrypted before the driver gets it.
    ssl: false,
    connect_timeout: GREETING_TIMEOUT_SECONDS,
    types: LISTS,
    fetch_types: false,
    // The driver would end a connection between two statements of our transactions.
    max_lifetime: null,
    idle_timeout: undefined,
    connection: { application_name: 'sluice' },
    onnotice: () => undefined,
    onclose: onLost,
    ...(onNotify ? { onnotify: onNotify } : {}),
  };
}

/** Given by statements, because poolers refuse most settings at the start of a connection. */
function limitsWith({ lockTimeoutMs, statementTimeoutMs }: SessionTimeouts): string {
  return [
    `set lock_timeout = ${lockTimeoutMs}`,
    `set idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_TIMEOUT_MS}`,
    `set statement_timeout = ${statementTimeoutMs}`,
    'show transaction_read_only',
  ].join(';');
}

/** After a failover the address may lead to a server that only reads. */
async function setUp(sql: Sql, limits: string): Promise<void> {
  const answers = (await sql.unsafe(limits)) as unknown as { transaction_read_only: string }[][];
  if (answers.at(-1)?.[0]?.transaction_read_only === 'off') return;
  throw new AppError('UNAVAILABLE', 'the database is read-only at the moment', {
    retryAfterSeconds: 1,
  });
}

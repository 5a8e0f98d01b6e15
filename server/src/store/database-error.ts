import { AppError, type ErrorCode } from '../domain/errors.js';

const RETRY_AFTER_SECONDS = 1;

/** Error codes of the driver and the system for a server that does not answer. */
const UNREACHABLE = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT'],
  ...['EHOSTUNREACH', 'ENETUNREACH', 'EACCES', 'ECONNABORTED', 'EADDRNOTAVAIL'],
  ...['CONNECT_TIMEOUT', 'CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED'],
]);

/** Error codes of Node and OpenSSL for an unacceptable certificate or cipher. */
const UNTRUSTED = /^ERR_(TLS|SSL)_|CERT|SIGNATURE/;

/** PostgreSQL error codes by prefix; the last prefix that matches wins. */
const STATES: readonly (readonly [string, ErrorCode, string])[] = [
  ['08', 'UNAVAILABLE', 'the database cannot be reached'],
  ['22021', 'VALIDATION_FAILED', 'text must not contain the character U+0000'],
  ['22P05', 'VALIDATION_FAILED', 'text must not contain the character U+0000'],
  ['25006', 'UNAVAILABLE', 'the database is read-only at the moment'],
  ['25P03', 'UNAVAILABLE', 'the database ended a transaction that stood still'],
  ['28', 'UNAVAILABLE', 'the database refused the sign-in of this server'],
  ['3D000', 'UNAVAILABLE', 'the database of this server does not exist'],
  ['40', 'UNAVAILABLE', 'somebody else changed the same at the same time'],
  ['53', 'UNAVAILABLE', 'the database is out of resources'],
  ['53100', 'STORAGE_FULL', "the database's disk is full"],
  ['55P03', 'UNAVAILABLE', 'somebody else is changing the same right now'],
  ['57', 'UNAVAILABLE', 'the database is being stopped'],
  ['57014', 'UNAVAILABLE', 'the database took too long'],
  ['58', 'UNAVAILABLE', 'the database has trouble with its disk'],
];

/**
 * Translates a database error into an `AppError` that a caller may see. Only this function maps
 * database codes. An unmapped error, such as a violated constraint, is returned unchanged.
 */
export function translateDatabaseError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return error;
  if (UNREACHABLE.has(code)) return refusal('UNAVAILABLE', 'the database cannot be reached', error);
  if (UNTRUSTED.test(code)) {
    return refusal('UNAVAILABLE', "the database's certificate is not trusted", error);
  }
  const state =
    code.length === 5 ? STATES.findLast(([start]) => code.startsWith(start)) : undefined;
  return state ? refusal(state[1], state[2], error) : error;
}

/** Returns the `AppError` that the query builder wrapped, or else the error itself. */
export function unwrapRefusal(error: unknown): unknown {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (inner instanceof AppError) return inner;
  }
  return error;
}

function refusal(code: ErrorCode, message: string, cause: Error): AppError {
  const retry = code === 'UNAVAILABLE' ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {};
  return new AppError(code, message, { cause, ...retry });
}

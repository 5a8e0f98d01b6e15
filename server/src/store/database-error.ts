import { AppError, type ErrorCode } from '../domain/errors.js';

const RETRY_AFTER_SECONDS = 1;

/** The driver's and the system's words for "nobody answers". */
const UNREACHABLE = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT'],
  ...['EHOSTUNREACH', 'ENETUNREACH', 'EACCES', 'ECONNABORTED', 'EADDRNOTAVAIL'],
  ...['CONNECT_TIMEOUT', 'CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED'],
]);

/** Node's and OpenSSL's words for a certificate or a cipher that will not do. */
const UNTRUSTED = /^ERR_(TLS|SSL)_|CERT|SIGNATURE/;

/** PostgreSQL's codes by their beginning; the last that fits is taken. */
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
 * What a caller may know of an error that a statement met: the one place where the database's codes
 * become ours. What we have no word for comes back as it is, such as a violated constraint.
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

/** Our own error inside whatever the query builder wrapped around it; else the error itself. */
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

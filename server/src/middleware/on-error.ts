import type { Problem } from '@sluice/sdk/protocol';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { AppError, type ErrorCode } from '../domain/errors.js';
import type { Log } from '../log.js';
import type { AppEnv } from './app-env.js';

/** The HTTP status and title of each error code. */
const ANSWERS = {
  MALFORMED_BODY: [400, 'The body cannot be read'],
  VALIDATION_FAILED: [400, 'The request is not valid'],
  UNAUTHENTICATED: [401, 'Sign in or send a key'],
  FORBIDDEN: [403, 'Not allowed'],
  NOT_FOUND: [404, 'Not found'],
  METHOD_NOT_ALLOWED: [405, 'Method not allowed'],
  ALREADY_EXISTS: [409, 'Already exists'],
  IN_USE: [409, 'Still in use'],
  CONFLICT: [409, 'Conflict'],
  RELEASE_ACTIVE: [409, 'A release is running'],
  VERSION_STALE: [412, 'Somebody else saved first'],
  BODY_TOO_LARGE: [413, 'The body is too large'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'Unsupported media type'],
  LIMIT_EXCEEDED: [422, 'A limit is exceeded'],
  VERSION_REQUIRED: [428, 'Say which version you saw'],
  RATE_LIMITED: [429, 'Too many attempts'],
  INTERNAL: [500, 'Internal error'],
  UNAVAILABLE: [503, 'Not available right now'],
  STORAGE_FULL: [507, 'Storage is full'],
} as const satisfies Record<ErrorCode, readonly [ContentfulStatusCode, string]>;

export type ProblemStatus = (typeof ANSWERS)[ErrorCode][0];

export function statusOf(code: ErrorCode): ProblemStatus {
  return ANSWERS[code][0];
}

/**
 * Answers with a problem document for any thrown error. Details of unexpected errors are only
 * logged. An outage is logged at DEBUG here, because its detector has already logged it once.
 */
export function onError(log: Log, unwrap: (error: unknown) => unknown) {
  return (thrown: unknown, c: Context<AppEnv>): Response => {
    const error = asAppError(unwrap(thrown));
    if (error.code === 'INTERNAL') {
      log.error('request failed', { ...requestOf(c), error: thrown });
    } else if (statusOf(error.code) >= 500) {
      log.debug('request refused', { ...requestOf(c), error: thrown });
    }
    return problem(c, error);
  };
}

export function notFound(c: Context<AppEnv>): Response {
  return problem(c, new AppError('NOT_FOUND', `there is no ${c.req.method} ${shown(c.req.path)}`));
}

export function problem(c: Context<AppEnv>, error: AppError): Response {
  const [status, title] = ANSWERS[error.code];
  const { errors, current, retryAfterSeconds } = error.details;
  const body: Problem = {
    type: 'about:blank',
    title,
    status,
    code: error.code,
    detail: error.message,
    requestId: c.get('requestId'),
    ...(errors === undefined ? {} : { errors }),
    ...(current === undefined ? {} : { current }),
  };
  c.header('Content-Type', 'application/problem+json');
  if (status === 401) c.header('WWW-Authenticate', 'Bearer');
  if (retryAfterSeconds !== undefined) {
    c.header('Retry-After', String(Math.ceil(retryAfterSeconds)));
  }
  return c.body(JSON.stringify(body), status);
}

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof HTTPException) return asRefusal(error);
  return new AppError('INTERNAL', 'something went wrong here; the request id finds it in the log');
}

/** Converts an error that the framework throws before the handler runs. */
function asRefusal(exception: HTTPException): AppError {
  switch (exception.status) {
    case 413:
      return new AppError('BODY_TOO_LARGE', 'the body is larger than this route accepts');
    case 415:
      return new AppError('UNSUPPORTED_MEDIA_TYPE', 'the body must be application/json');
    default:
      return new AppError('MALFORMED_BODY', 'the body is not valid JSON');
  }
}

function requestOf(c: Context<AppEnv>) {
  return { requestId: c.get('requestId'), method: c.req.method, route: c.req.routePath };
}

/** Shortens a path from the caller and masks characters that terminals or pages interpret. */
function shown(path: string): string {
  return path.replace(/[^\w/.:~-]/g, '?').slice(0, 100);
}

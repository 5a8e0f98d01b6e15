import type { FieldError } from '@sluice/sdk/protocol';

/** All errors that a caller can cause or receive; the HTTP layer maps each to one status. */
export type ErrorCode =
  | 'MALFORMED_BODY'
  | 'VALIDATION_FAILED'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'ALREADY_EXISTS'
  | 'IN_USE'
  | 'CONFLICT'
  | 'RELEASE_ACTIVE'
  | 'VERSION_STALE'
  | 'VERSION_REQUIRED'
  | 'LIMIT_EXCEEDED'
  | 'BODY_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'RATE_LIMITED'
  | 'STORAGE_FULL'
  | 'UNAVAILABLE'
  | 'INTERNAL';

export interface ErrorDetails {
  readonly errors?: readonly FieldError[];
  /** Current state on the server, sent when the version of a request is stale. */
  readonly current?: unknown;
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** A rejection with a message for the caller: the field, its value and what was expected. */
export class AppError extends Error {
  override readonly name = 'AppError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
  }
}

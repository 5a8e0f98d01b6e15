import type { FieldError } from '@sluice/sdk/protocol';

/** Everything that a caller can do wrong or run into; each has one HTTP status, at the edge. */
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
  /** State at the server, for a stale version. */
  readonly current?: unknown;
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** A refusal that a caller can understand: what, which, and what was expected. */
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

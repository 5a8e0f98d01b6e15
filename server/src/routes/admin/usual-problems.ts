import type { ErrorCode } from '../../domain/errors.js';

/** The error codes of every route with a body. */
export const OF_WRITES = [
  'MALFORMED_BODY',
  'VALIDATION_FAILED',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
] as const satisfies readonly ErrorCode[];

/** The error codes of every route that requires a version in `If-Match`. */
export const OF_UPDATES = [
  ...OF_WRITES,
  'NOT_FOUND',
  'VERSION_REQUIRED',
  'VERSION_STALE',
] as const satisfies readonly ErrorCode[];

import type { ErrorCode } from '../../domain/errors.js';

/** What any route with a body may refuse. */
export const OF_WRITES = [
  'MALFORMED_BODY',
  'VALIDATION_FAILED',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
] as const satisfies readonly ErrorCode[];

/** And one that wants to know which version was seen. */
export const OF_UPDATES = [
  ...OF_WRITES,
  'NOT_FOUND',
  'VERSION_REQUIRED',
  'VERSION_STALE',
] as const satisfies readonly ErrorCode[];

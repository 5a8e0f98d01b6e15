import type { FieldError, Problem } from '@sluice/sdk/protocol';

/** A request that the server rejected, or did not answer (`UNREACHABLE`, status 0). */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly problem?: Problem,
  ) {
    super(message);
  }

  get fieldErrors(): readonly FieldError[] {
    return this.problem?.errors ?? [];
  }

  /** The current state on the server, present when the request sent a stale version. */
  current<T>(): T | undefined {
    return this.code === 'VERSION_STALE' ? (this.problem?.current as T | undefined) : undefined;
  }
}

/** One sentence for the user. For other errors it refers to the browser console. */
export function describeError(error: unknown): string {
  if (!(error instanceof ApiError)) {
    return 'Something in this page failed. Reload it, and look at the browser console.';
  }
  const request = error.problem?.requestId;
  return error.status >= 500 && request ? `${error.message} (request ${request})` : error.message;
}

/** The messages for one field of a form. `pointer` points into the request body. */
export function messagesAt(error: unknown, pointer: string): string[] {
  return error instanceof ApiError
    ? error.fieldErrors.filter((field) => field.pointer === pointer).map((field) => field.message)
    : [];
}

/** The message above the fields of a form, for errors that no field shows. */
export function messageBeside(error: unknown, pointers: readonly string[]): string | undefined {
  if (error === undefined) {
    return undefined;
  }
  if (!(error instanceof ApiError) || error.fieldErrors.length === 0) {
    return describeError(error);
  }
  const rest = error.fieldErrors.filter((field) => !pointers.includes(field.pointer));
  return rest.length === 0
    ? undefined
    : rest.map((field) => `${field.pointer || 'body'}: ${field.message}`).join(' ');
}

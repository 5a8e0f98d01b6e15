import type { Hook } from '@hono/zod-openapi';
import { AppError } from '../domain/errors.js';
import type { AppEnv } from './app-env.js';
import { fieldErrorsOf } from './field-errors.js';

const PLACES: Readonly<Record<string, string>> = {
  query: 'query parameter',
  param: 'path parameter',
  header: 'header',
  cookie: 'cookie',
};

/**
 * Rejects a request that does not match the schema of its route. JSON pointers refer to the body;
 * for a parameter, header or cookie the pointer is empty and the message names it.
 */
// biome-ignore lint/suspicious/noExplicitAny: the framework's own default for any route's hook.
export const onInvalid: Hook<any, AppEnv, any, any> = (result) => {
  if (result.success) return;
  const { data } = result as unknown as { data?: unknown };
  const place = PLACES[result.target];
  const errors = fieldErrorsOf(result.error, data).map(({ pointer, message }) =>
    place === undefined
      ? { pointer, message }
      : { pointer: '', message: `${place} "${pointer.slice(1)}" ${message}` },
  );
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new AppError(
    'VALIDATION_FAILED',
    `${[first?.pointer, first?.message].filter(Boolean).join(' ')}${more}`,
    { errors },
  );
};

import { createMiddleware } from 'hono/factory';
import { ulid } from 'ulid';
import type { AppEnv } from './app-env.js';

/**
 * The server always generates the id, because a caller could otherwise reuse the id of another
 * request in the audit. It is not secret, and `Math.random` halves the time to start a stream.
 */
export const requestId = createMiddleware<AppEnv>(async (c, next) => {
  const id = ulid(Date.now(), Math.random);
  c.set('requestId', id);
  await next();
  c.res.headers.set('X-Request-Id', id);
});

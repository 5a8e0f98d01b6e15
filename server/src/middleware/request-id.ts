import { createMiddleware } from 'hono/factory';
import { ulid } from 'ulid';
import type { AppEnv } from './app-env.js';

/**
 * Always drawn here: an id that a caller chose could pass for somebody else's in the audit. It is
 * no secret, and the cheap random source makes a stream start in half the time.
 */
export const requestId = createMiddleware<AppEnv>(async (c, next) => {
  const id = ulid(Date.now(), Math.random);
  c.set('requestId', id);
  await next();
  c.res.headers.set('X-Request-Id', id);
});

import { createMiddleware } from 'hono/factory';
import { AppError } from '../domain/errors.js';
import type { AppEnv } from './app-env.js';

/** Rejects a URL with `%00`, because PostgreSQL cannot store U+0000. */
export const refuseNul = createMiddleware<AppEnv>(async (c, next) => {
  if (c.req.url.includes('%00')) {
    throw new AppError('VALIDATION_FAILED', 'the address must not contain %00');
  }
  await next();
});

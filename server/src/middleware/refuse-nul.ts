import { createMiddleware } from 'hono/factory';
import { AppError } from '../domain/errors.js';
import type { AppEnv } from './app-env.js';

/** PostgreSQL stores no U+0000, so an address that names one can mean nothing here. */
export const refuseNul = createMiddleware<AppEnv>(async (c, next) => {
  if (c.req.url.includes('%00')) {
    throw new AppError('VALIDATION_FAILED', 'the address must not contain %00');
  }
  await next();
});

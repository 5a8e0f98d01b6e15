import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import type { Metrics } from '../metrics.js';
import type { AppEnv } from './app-env.js';

/** Measures the duration of each request for `/metrics`. */
export function measureRequests(metrics: Metrics) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const startedAt = performance.now();
    await next();
    const { method } = c.req;
    const seconds = (performance.now() - startedAt) / 1_000;
    metrics.observeRequest({ method, route: routePath(c), status: c.res.status, seconds });
  });
}

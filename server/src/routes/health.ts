import { Hono } from 'hono';
import type { AppEnv } from '../middleware/app-env.js';
import type { AppDeps } from './app-deps.js';

/** `/livez`: the event loop responds. `/readyz`: the server can answer SDKs. */
export function healthRoutes(deps: AppDeps) {
  return new Hono<AppEnv>()
    .get('/livez', (c) => c.json({ live: true }, 200))
    .get('/readyz', (c) => {
      const { ready, details } = deps.readiness();
      return c.json({ ready, ...details }, ready ? 200 : 503);
    })
    .get('/metrics', async (c) => {
      return c.body(await deps.metrics.text(), 200, { 'Content-Type': deps.metrics.contentType });
    });
}

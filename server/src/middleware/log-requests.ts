import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import type { Log } from '../log.js';
import type { AppEnv } from './app-env.js';

/**
 * Logs one line per request, with the matched route pattern instead of the URL, which may hold
 * private data. Changes are logged at INFO; reads and SDK requests, which are many, at DEBUG.
 */
export function logRequests(log: Log) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const startedAt = performance.now();
    await next();
    const actor = c.get('ctx')?.actor;
    const fields = {
      requestId: c.get('requestId'),
      method: c.req.method,
      route: routePath(c),
      status: c.res.status,
      ms: Math.round(performance.now() - startedAt),
      ...(actor === undefined ? {} : { actor: `${actor.kind}:${actor.id}` }),
    };
    const isRoutine = c.req.method === 'GET' || fields.route.startsWith('/sdk/');
    if (isRoutine || c.req.method === 'HEAD') log.debug('request', fields);
    else log.info('request', fields);
  });
}

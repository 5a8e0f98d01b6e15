import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import type { Log } from '../log.js';
import type { AppEnv } from './app-env.js';

/** One line a request: the pattern that matched, never the address with what people put there. */
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
    if (c.req.method === 'GET' || c.req.method === 'HEAD') log.debug('request', fields);
    else log.info('request', fields);
  });
}

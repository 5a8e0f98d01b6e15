import { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from './middleware/app-env.js';
import { clientIp } from './middleware/client-ip.js';
import { logRequests } from './middleware/log-requests.js';
import { measureRequests } from './middleware/measure-requests.js';
import { notFound, onError } from './middleware/on-error.js';
import { onInvalid } from './middleware/on-invalid.js';
import { pathWithin } from './middleware/path-within.js';
import { refuseNul } from './middleware/refuse-nul.js';
import { requestId } from './middleware/request-id.js';
import { securityHeaders } from './middleware/security-headers.js';
import type { AppDeps } from './routes/app-deps.js';
import { mountRoutes } from './routes/index.js';
import { unwrapRefusal } from './store/database-error.js';

/** Creates the HTTP application with all middleware and routes, without a port. */
export function createApp(deps: AppDeps): OpenAPIHono<AppEnv> {
  const { settings, log, metrics } = deps;
  const app = new OpenAPIHono<AppEnv>({
    defaultHook: onInvalid,
    getPath: pathWithin(settings.basePath),
  });
  app.onError(onError(log, unwrapRefusal));
  app.notFound(notFound);
  app.use(requestId, securityHeaders(settings), logRequests(log), measureRequests(metrics));
  app.use(clientIp(settings.trustedProxies), refuseNul);
  mountRoutes(app, deps);
  return app;
}

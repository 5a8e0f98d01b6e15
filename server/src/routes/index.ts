import { OpenAPIHono } from '@hono/zod-openapi';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { AppError } from '../domain/errors.js';
import type { AppEnv } from '../middleware/app-env.js';
import { authenticate } from '../middleware/authenticate.js';
import { jsonBody, MIB } from '../middleware/json-body.js';
import { problem } from '../middleware/on-error.js';
import { noStore } from '../middleware/security-headers.js';
import { verifySession } from '../services/sessions/verify-session.js';
import { auditRoutes } from './admin/audit.js';
import { environmentRoutes } from './admin/environments.js';
import { flagConfigRoutes } from './admin/flag-configs.js';
import { flagRoutes } from './admin/flags.js';
import { instanceRoutes } from './admin/instances.js';
import { keyRoutes } from './admin/keys.js';
import { liveRoutes } from './admin/live.js';
import { markerRoutes } from './admin/markers.js';
import { metricRoutes } from './admin/metrics.js';
import { previewRoutes } from './admin/preview.js';
import { projectRoutes } from './admin/projects.js';
import { receiptRoutes } from './admin/receipts.js';
import { releaseCommandRoutes } from './admin/release-commands.js';
import { releaseEvidenceRoutes } from './admin/release-evidence.js';
import { releaseRoutes } from './admin/releases.js';
import { rulesetRoutes } from './admin/ruleset.js';
import { segmentRoutes } from './admin/segments.js';
import { sessionRoutes, signInRoutes } from './admin/session.js';
import { setupRoutes } from './admin/setup.js';
import { sourceRoutes } from './admin/sources.js';
import { templateRoutes } from './admin/templates.js';
import { webhookRoutes } from './admin/webhooks.js';
import { windowRoutes } from './admin/windows.js';
import { adminUiRoutes } from './admin-ui.js';
import type { AppDeps } from './app-deps.js';
import { sdkRoutes } from './client/sdk-routes.js';
import { healthRoutes } from './health.js';
import { openApiRoutes } from './openapi.js';

/** Mounts all routes. The order matters: routes after `authenticate` require a key or session. */
export function mountRoutes(app: OpenAPIHono<AppEnv>, deps: AppDeps): void {
  app.route('/', healthRoutes(deps));
  app.use('/api/*', noStore);
  app.use('/sdk/*', noStore);
  app.route('/api/v1', managementRoutes(deps, app));
  app.route('/sdk/v1', sdkRoutes(deps));
  app.route('/', adminUiRoutes(deps.adminUi));
}

function managementRoutes(deps: AppDeps, app: OpenAPIHono<AppEnv>): OpenAPIHono<AppEnv> {
  const api = new OpenAPIHono<AppEnv>();
  api.route('/', setupRoutes(deps));
  api.route('/', signInRoutes(deps));
  api.route('/', openApiRoutes(app, deps));

  api.use('*', authenticateBy(deps), refuseOtherMethods(api), jsonBody(MIB));
  api.route('/', sessionRoutes(deps));
  api.route('/', keyRoutes(deps));
  api.route('/', projectRoutes());
  api.route('/', environmentRoutes());
  api.route('/', flagRoutes());
  api.route('/', flagConfigRoutes());
  api.route('/', previewRoutes());
  api.route('/', releaseEvidenceRoutes(deps));
  api.route('/', releaseRoutes(deps));
  for (const routes of releaseCommandRoutes()) api.route('/', routes);
  api.route('/', rulesetRoutes());
  api.route('/', segmentRoutes());
  api.route('/', metricRoutes());
  api.route('/', auditRoutes());
  api.route('/', liveRoutes(deps));
  api.route('/', receiptRoutes());
  api.route('/', instanceRoutes());
  api.route('/', markerRoutes());
  api.route('/', windowRoutes());
  api.route('/', sourceRoutes(deps));
  api.route('/', webhookRoutes(deps));
  api.route('/', templateRoutes());
  return api;
}

function authenticateBy(deps: AppDeps) {
  return authenticate({
    ...deps.settings,
    keys: deps.keys,
    contextFor: deps.contextFor,
    sessions: { verify: (id) => verifySession(deps.db, id, deps.now()) },
  });
}

function refuseOtherMethods(api: OpenAPIHono<AppEnv>) {
  return methodNotAllowed({
    app: api,
    onMethodNotAllowed: (c, methods) => {
      c.header('Allow', methods.join(', '));
      const message = `${c.req.method} is not possible here, only ${methods.join(', ')}`;
      return problem(c, new AppError('METHOD_NOT_ALLOWED', message));
    },
  });
}

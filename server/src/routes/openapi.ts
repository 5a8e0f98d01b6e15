import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv } from '../middleware/app-env.js';
import type { AppDeps } from './app-deps.js';
import * as s from './schemas.js';

const show = createRoute({
  method: 'get',
  path: '/openapi.json',
  tags: ['meta'],
  security: [],
  summary: 'This document',
  responses: { 200: s.jsonResponse(z.record(z.string(), z.unknown()), 'OpenAPI 3.1') },
});

/** Serves the OpenAPI document. The first request builds it, when all routes are mounted. */
export function openApiRoutes(app: OpenAPIHono<AppEnv>, deps: AppDeps) {
  let document: Record<string, unknown> | undefined;
  return new OpenAPIHono<AppEnv>().openapi(show, (c) => {
    document ??= describe(app, deps);
    return c.json(document, 200);
  });
}

function describe(
  app: OpenAPIHono<AppEnv>,
  { settings, serverVersion }: AppDeps,
): Record<string, unknown> {
  const { registerComponent } = app.openAPIRegistry;
  registerComponent.call(app.openAPIRegistry, 'securitySchemes', 'adminKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'An admin key',
  });
  registerComponent.call(app.openAPIRegistry, 'securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: settings.cookieName,
    description: 'Changes also need Sec-Fetch-Site: same-origin, or our own Origin',
  });
  return {
    ...app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: { title: 'Sluice management API', version: serverVersion, license: { name: 'MIT' } },
      servers: [{ url: settings.basePath === '' ? '/' : settings.basePath }],
      security: [{ adminKey: [] }, { session: [] }],
    }),
  };
}

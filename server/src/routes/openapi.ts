import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppSettings } from '../config.js';
import type { AppEnv } from '../middleware/app-env.js';
import { SERVER_VERSION } from '../version.js';
import * as s from './schemas.js';

const show = createRoute({
  method: 'get',
  path: '/openapi.json',
  tags: ['meta'],
  security: [],
  summary: 'This document',
  responses: { 200: s.jsonResponse(z.record(z.string(), z.unknown()), 'OpenAPI 3.1') },
});

/** Describes the whole app; built when first asked for, once every route is mounted. */
export function openApiRoutes(app: OpenAPIHono<AppEnv>, settings: AppSettings) {
  let document: Record<string, unknown> | undefined;
  return new OpenAPIHono<AppEnv>().openapi(show, (c) => {
    document ??= describe(app, settings);
    return c.json(document, 200);
  });
}

function describe(app: OpenAPIHono<AppEnv>, settings: AppSettings): Record<string, unknown> {
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
      info: { title: 'Sluice management API', version: SERVER_VERSION, license: { name: 'MIT' } },
      servers: [{ url: settings.basePath === '' ? '/' : settings.basePath }],
      security: [{ adminKey: [] }, { session: [] }],
    }),
  };
}

import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { SOURCE_KINDS } from '../../domain/sources/measurement.js';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import {
  createSource,
  deleteSource,
  getSource,
  pageOfSources,
  testSource,
  updateSource,
} from '../../services/sources/source-verbs.js';
import type { AppDeps } from '../app-deps.js';
import * as s from '../schemas.js';
import { collectionRoutes } from './collection-routes.js';
import { OF_WRITES } from './usual-problems.js';

const kind = z.enum(SOURCE_KINDS);

export const sourceDto = z
  .object({
    key: z.string().openapi({ example: 'prometheus' }),
    name: z.string(),
    kind,
    url: z.string().openapi({ example: 'https://prometheus.example.com' }),
    hasAuthorization: z.boolean(),
    timeoutMs: z.number().int(),
    enabled: z.boolean(),
    version: s.versionSchema,
    createdAt: s.timeSchema,
    updatedAt: s.timeSchema,
  })
  .openapi('Source');

export const measurementDto = z
  .object({
    status: z.enum(['OK', 'BREACH', 'NO_DATA', 'ERROR']),
    value: z.number().nullable(),
    message: z.string().nullable(),
  })
  .openapi('Measurement');

const fields = {
  url: z.string().min(1).max(2000).openapi({ description: 'May hold {{flag}} and the like' }),
  authorization: z.string().min(1).max(4000).nullable().optional().openapi({
    description: 'Value of the Authorization header; absent: as it is. Never shown again',
  }),
  timeoutMs: z.number().int().min(100).max(10_000).default(5_000),
  enabled: z.boolean().default(true),
};

const newSource = z
  .strictObject({ key: s.keySchema, name: s.nameSchema.optional(), kind, ...fields })
  .openapi('NewSource', {
    example: { key: 'prometheus', kind: 'prometheus', url: 'https://prometheus.example.com' },
  });

const sourceChange = z.strictObject({ name: s.nameSchema, ...fields }).openapi('SourceChange', {
  example: { name: 'Prometheus', url: 'https://prometheus.example.com' },
});

const sourceTest = z
  .strictObject({ query: z.string().max(4000).default('') })
  .openapi('SourceTest', { example: { query: 'sum(rate(http_errors_total[1m]))' } });

const sources = collectionRoutes({
  path: 'sources',
  item: 'source',
  write: 'source:write',
  dto: sourceDto,
  newItem: newSource,
  change: sourceChange,
  list: { summary: 'Where outside measurements come from; secrets are never shown' },
  create: {
    summary: 'Add a source; an address that is not public needs SLUICE_OUTBOUND_ALLOW',
    errors: ['ALREADY_EXISTS'],
  },
  show: { summary: 'A source' },
  update: { summary: 'Change a source; its kind stays' },
  remove: { summary: 'Delete a source that no metric is read from', errors: ['IN_USE'] },
});

const test = createRoute({
  method: 'post',
  path: '/projects/{project}/sources/{source}/test',
  tags: ['sources'],
  summary: 'Ask a source once and show what it says',
  request: {
    params: s.projectParams.extend({ source: z.string() }),
    body: s.jsonRequest(sourceTest),
  },
  responses: {
    200: s.jsonResponse(measurementDto, 'What was measured, or why nothing was'),
    ...s.problems(...OF_WRITES, 'NOT_FOUND'),
  },
});

export function sourceRoutes(deps: AppDeps) {
  const { outbound } = deps;
  const app = new OpenAPIHono<AppEnv>();
  sources.list(app, pageOfSources);
  sources.create(app, (ctx, grant, input) => createSource(ctx, grant, input, outbound));
  sources.show(app, getSource);
  sources.update(app, (ctx, grant, input) => updateSource(ctx, grant, input, outbound));
  sources.remove(app, deleteSource);
  app.openapi(test, async (c) => {
    const ctx = c.get('ctx');
    const { source: key, ...scope } = c.req.valid('param');
    const grant = await authorize(ctx, 'source:write', scope);
    const input = { key, query: c.req.valid('json').query };
    return c.json(await testSource(ctx, grant, input, deps.sources), 200);
  });
  return app;
}

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
import { OF_UPDATES, OF_WRITES } from './usual-problems.js';

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

const about = { tags: ['sources'] };
const many = { path: '/projects/{project}/sources', ...about } as const;
const one = { path: '/projects/{project}/sources/{source}', ...about } as const;
const params = s.projectParams.extend({ source: z.string() });

const list = createRoute({
  method: 'get',
  ...many,
  summary: 'Where outside measurements come from; secrets are never shown',
  request: { params: s.projectParams, query: s.listQuery },
  responses: {
    200: s.jsonResponse(s.listOf(sourceDto), 'A page of sources'),
    ...s.problems('NOT_FOUND', 'VALIDATION_FAILED'),
  },
});

const create = createRoute({
  method: 'post',
  ...many,
  summary: 'Add a source; an address that is not public needs SLUICE_OUTBOUND_ALLOW',
  request: { params: s.projectParams, body: s.jsonRequest(newSource) },
  responses: {
    201: s.jsonResponse(sourceDto, 'The source'),
    ...s.problems(...OF_WRITES, 'NOT_FOUND', 'ALREADY_EXISTS'),
  },
});

const show = createRoute({
  method: 'get',
  ...one,
  summary: 'A source',
  request: { params },
  responses: { 200: s.jsonResponse(sourceDto, 'The source'), ...s.problems('NOT_FOUND') },
});

const update = createRoute({
  method: 'put',
  ...one,
  summary: 'Change a source; its kind stays',
  request: { params, headers: s.ifMatchHeader, body: s.jsonRequest(sourceChange) },
  responses: {
    200: s.jsonResponse(sourceDto, 'The source as saved'),
    ...s.problems(...OF_UPDATES),
  },
});

const remove = createRoute({
  method: 'delete',
  ...one,
  summary: 'Delete a source that no metric is read from',
  request: { params },
  responses: { 204: { description: 'Deleted' }, ...s.problems('NOT_FOUND', 'IN_USE') },
});

const test = createRoute({
  method: 'post',
  path: `${one.path}/test`,
  ...about,
  summary: 'Ask a source once and show what it says',
  request: { params, body: s.jsonRequest(sourceTest) },
  responses: {
    200: s.jsonResponse(measurementDto, 'What was measured, or why nothing was'),
    ...s.problems(...OF_WRITES, 'NOT_FOUND'),
  },
});

export function sourceRoutes({ outbound, sources }: AppDeps) {
  return new OpenAPIHono<AppEnv>()
    .openapi(list, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'flag:read', c.req.valid('param'));
      return c.json(await pageOfSources(ctx.db, grant, c.req.valid('query')), 200);
    })
    .openapi(create, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'source:write', c.req.valid('param'));
      const made = await createSource(ctx, grant, c.req.valid('json'), outbound);
      return c.json(s.withEtag(c, made), 201);
    })
    .openapi(show, async (c) => {
      const ctx = c.get('ctx');
      const { source, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:read', scope);
      return c.json(s.withEtag(c, await getSource(ctx.db, grant, source)), 200);
    })
    .openapi(update, async (c) => {
      const ctx = c.get('ctx');
      const { source: key, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'source:write', scope);
      const input = { ...c.req.valid('json'), key, version: s.readVersion(c) };
      return c.json(s.withEtag(c, await updateSource(ctx, grant, input, outbound)), 200);
    })
    .openapi(remove, async (c) => {
      const ctx = c.get('ctx');
      const { source: key, ...scope } = c.req.valid('param');
      await deleteSource(ctx, await authorize(ctx, 'source:write', scope), { key });
      return c.body(null, 204);
    })
    .openapi(test, async (c) => {
      const ctx = c.get('ctx');
      const { source: key, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'source:write', scope);
      const input = { key, query: c.req.valid('json').query };
      return c.json(await testSource(ctx, grant, input, sources), 200);
    });
}

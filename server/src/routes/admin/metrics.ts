import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import {
  createMetric,
  deleteMetric,
  getMetric,
  pageOfMetrics,
  updateMetric,
} from '../../services/metrics/metric-verbs.js';
import { listFindings } from '../../store/read-models/findings.js';
import * as s from '../schemas.js';
import { findingDto, metricChange, metricDto, newMetric } from './metric-schemas.js';
import { OF_UPDATES, OF_WRITES } from './usual-problems.js';

const about = { tags: ['metrics'] };
const many = { path: '/projects/{project}/metrics', ...about } as const;
const one = { path: '/projects/{project}/metrics/{metric}', ...about } as const;
const params = s.projectParams.extend({ metric: z.string() });

const list = createRoute({
  method: 'get',
  ...many,
  summary: 'Metrics of a project by key, built-in ones among them',
  request: { params: s.projectParams, query: s.listQuery },
  responses: {
    200: s.jsonResponse(s.listOf(metricDto), 'A page of metrics'),
    ...s.problems('NOT_FOUND', 'VALIDATION_FAILED'),
  },
});

const create = createRoute({
  method: 'post',
  ...many,
  summary: 'Say what releases may be judged by',
  request: { params: s.projectParams, body: s.jsonRequest(newMetric) },
  responses: {
    201: s.jsonResponse(metricDto, 'The metric'),
    ...s.problems(...OF_WRITES, 'NOT_FOUND', 'ALREADY_EXISTS'),
  },
});

const show = createRoute({
  method: 'get',
  ...one,
  summary: 'A metric',
  request: { params },
  responses: { 200: s.jsonResponse(metricDto, 'The metric'), ...s.problems('NOT_FOUND') },
});

const update = createRoute({
  method: 'put',
  ...one,
  summary: 'Change a metric; releases that run keep the one that they began with',
  request: { params, headers: s.ifMatchHeader, body: s.jsonRequest(metricChange) },
  responses: {
    200: s.jsonResponse(metricDto, 'The metric as saved'),
    ...s.problems(...OF_UPDATES, 'CONFLICT'),
  },
});

const remove = createRoute({
  method: 'delete',
  ...one,
  summary: 'Delete a metric that no release which is not over is judged by',
  request: { params },
  responses: {
    204: { description: 'Deleted' },
    ...s.problems('NOT_FOUND', 'IN_USE', 'CONFLICT'),
  },
});

const findings = createRoute({
  method: 'get',
  path: '/projects/{project}/environments/{environment}/findings',
  ...about,
  summary: 'What SDKs sent that could not be counted in the last 30 days, latest first',
  request: { params: s.environmentParams },
  responses: {
    200: s.jsonResponse(s.listOf(findingDto), 'All of it'),
    ...s.problems('NOT_FOUND'),
  },
});

export function metricRoutes() {
  return new OpenAPIHono<AppEnv>()
    .openapi(list, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'flag:read', c.req.valid('param'));
      return c.json(await pageOfMetrics(ctx.db, grant, c.req.valid('query')), 200);
    })
    .openapi(findings, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'flag:read', c.req.valid('param'));
      return c.json({ items: [...(await listFindings(ctx.db, grant))], next: null }, 200);
    })
    .openapi(create, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'metric:write', c.req.valid('param'));
      return c.json(s.withEtag(c, await createMetric(ctx, grant, c.req.valid('json'))), 201);
    })
    .openapi(show, async (c) => {
      const ctx = c.get('ctx');
      const { metric, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:read', scope);
      return c.json(s.withEtag(c, await getMetric(ctx.db, grant, metric)), 200);
    })
    .openapi(update, async (c) => {
      const ctx = c.get('ctx');
      const { metric: key, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'metric:write', scope);
      const input = { ...c.req.valid('json'), key, version: s.readVersion(c) };
      return c.json(s.withEtag(c, await updateMetric(ctx, grant, input)), 200);
    })
    .openapi(remove, async (c) => {
      const ctx = c.get('ctx');
      const { metric: key, ...scope } = c.req.valid('param');
      await deleteMetric(ctx, await authorize(ctx, 'metric:write', scope), { key });
      return c.body(null, 204);
    });
}

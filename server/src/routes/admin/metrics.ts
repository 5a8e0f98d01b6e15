import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
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
import { collectionRoutes } from './collection-routes.js';
import { findingDto, metricChange, metricDto, newMetric } from './metric-schemas.js';

const metrics = collectionRoutes({
  path: 'metrics',
  item: 'metric',
  write: 'metric:write',
  dto: metricDto,
  newItem: newMetric,
  change: metricChange,
  list: { summary: 'Metrics of a project by key, built-in ones among them' },
  create: { summary: 'Say what releases may be judged by', errors: ['ALREADY_EXISTS'] },
  show: { summary: 'A metric' },
  update: {
    summary: 'Change a metric; releases that run keep the one that they began with',
    errors: ['CONFLICT'],
  },
  remove: {
    summary: 'Delete a metric that no release which is not over is judged by',
    errors: ['IN_USE', 'CONFLICT'],
  },
});

const findings = createRoute({
  method: 'get',
  path: '/projects/{project}/environments/{environment}/findings',
  tags: ['metrics'],
  summary: 'What SDKs sent that could not be counted in the last 30 days, latest first',
  request: { params: s.environmentParams },
  responses: {
    200: s.jsonResponse(s.listOf(findingDto), 'All of it'),
    ...s.problems('NOT_FOUND'),
  },
});

export function metricRoutes() {
  const app = new OpenAPIHono<AppEnv>();
  metrics.list(app, pageOfMetrics);
  app.openapi(findings, async (c) => {
    const ctx = c.get('ctx');
    const grant = await authorize(ctx, 'flag:read', c.req.valid('param'));
    return c.json({ items: [...(await listFindings(ctx.db, grant))], next: null }, 200);
  });
  metrics.create(app, createMetric);
  metrics.show(app, getMetric);
  metrics.update(app, updateMetric);
  metrics.remove(app, deleteMetric);
  return app;
}

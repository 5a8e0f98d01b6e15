import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { notFound } from '../../domain/refusals.js';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import { loadRuleset } from '../../store/read-models/ruleset.js';
import * as s from '../schemas.js';
import { rulesetDto } from './ruleset-schemas.js';

const show = createRoute({
  method: 'get',
  path: '/projects/{project}/environments/{environment}/ruleset',
  tags: ['environments'],
  summary: 'The ruleset that SDKs get',
  request: { params: s.environmentParams },
  responses: { 200: s.jsonResponse(rulesetDto, 'The ruleset'), ...s.problems('NOT_FOUND') },
});

export function rulesetRoutes() {
  return new OpenAPIHono<AppEnv>().openapi(show, async (c) => {
    const ctx = c.get('ctx');
    const grant = await authorize(ctx, 'flag:read', c.req.valid('param'));
    const ruleset = await loadRuleset(ctx.db, grant.environmentId);
    if (!ruleset) throw notFound('environment', grant.environmentKey);
    return c.json(ruleset, 200);
  });
}

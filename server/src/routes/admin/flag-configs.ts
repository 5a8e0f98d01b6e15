import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import { killFlag } from '../../services/flags/kill-flag.js';
import { restoreFlag } from '../../services/flags/restore-flag.js';
import { updateFlagConfig } from '../../services/flags/update-flag-config.js';
import { readFlagConfig } from '../../store/read-models/flag-config-view.js';
import * as s from '../schemas.js';
import {
  flagConfigChange,
  flagConfigDto,
  reasonBody,
  restoreBody,
  savedFlagConfigDto,
} from './flag-schemas.js';
import { environmentFlagParams as params } from './ruleset-schemas.js';
import { OF_UPDATES, OF_WRITES } from './usual-problems.js';

const about = { tags: ['flags'] };
const one = {
  path: '/projects/{project}/environments/{environment}/flags/{flag}',
  ...about,
} as const;

const show = createRoute({
  method: 'get',
  ...one,
  summary: 'What an environment does with a flag',
  request: { params },
  responses: { 200: s.jsonResponse(flagConfigDto, 'The config'), ...s.problems('NOT_FOUND') },
});

const update = createRoute({
  method: 'put',
  ...one,
  summary:
    'Change status, parent, variants and rules in one environment; never whether it is killed',
  request: { params, headers: s.ifMatchHeader, body: s.jsonRequest(flagConfigChange) },
  responses: {
    200: s.jsonResponse(savedFlagConfigDto, 'The config as saved, with warnings'),
    ...s.problems(...OF_UPDATES, 'CONFLICT', 'RELEASE_ACTIVE', 'LIMIT_EXCEEDED'),
  },
});

const kill = createRoute({
  method: 'post',
  path: `${one.path}/kill`,
  ...about,
  summary: 'Force the off variant everywhere, at once; never refused for a version, safe to repeat',
  request: { params, body: s.jsonRequest(reasonBody) },
  responses: {
    200: s.jsonResponse(flagConfigDto, 'The config, killed'),
    ...s.problems(...OF_WRITES, 'NOT_FOUND', 'CONFLICT'),
  },
});

const restore = createRoute({
  method: 'post',
  path: `${one.path}/restore`,
  ...about,
  summary: 'Undo a kill; a rule that a release had opened begins again at 0 %',
  request: { params, body: s.jsonRequest(restoreBody) },
  responses: {
    200: s.jsonResponse(flagConfigDto, 'The config, not killed'),
    ...s.problems(...OF_WRITES, 'NOT_FOUND'),
  },
});

export function flagConfigRoutes() {
  return new OpenAPIHono<AppEnv>()
    .openapi(show, async (c) => {
      const ctx = c.get('ctx');
      const { flag, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:read', scope);
      return c.json(s.withEtag(c, await readFlagConfig(ctx.db, grant, flag)), 200);
    })
    .openapi(update, async (c) => {
      const ctx = c.get('ctx');
      const { flag, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:write', scope);
      const input = { ...c.req.valid('json'), flag, version: s.readVersion(c) };
      return c.json(s.withEtag(c, await updateFlagConfig(ctx, grant, input)), 200);
    })
    .openapi(kill, async (c) => {
      const ctx = c.get('ctx');
      const { flag, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:kill', scope);
      const input = { flag, reason: c.req.valid('json').reason };
      return c.json(s.withEtag(c, await killFlag(ctx, grant, input)), 200);
    })
    .openapi(restore, async (c) => {
      const ctx = c.get('ctx');
      const { flag, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:kill', scope);
      const input = { ...c.req.valid('json'), flag };
      return c.json(s.withEtag(c, await restoreFlag(ctx, grant, input)), 200);
    });
}

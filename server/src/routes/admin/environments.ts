import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import { createEnvironment } from '../../services/environments/create-environment.js';
import { deleteEnvironment } from '../../services/environments/delete-environment.js';
import { updateEnvironment } from '../../services/environments/update-environment.js';
import { pageOfEnvironments, readEnvironment } from '../../store/read-models/environment-view.js';
import * as s from '../schemas.js';
import { environmentChange, environmentDto, newEnvironment } from './project-schemas.js';
import { OF_UPDATES, OF_WRITES } from './usual-problems.js';

const about = { tags: ['environments'] };
const many = { path: '/projects/{project}/environments', ...about } as const;
const one = { path: '/projects/{project}/environments/{environment}', ...about } as const;

const list = createRoute({
  method: 'get',
  ...many,
  summary: 'Environments of a project, in their order',
  request: { params: s.projectParams, query: s.listQuery },
  responses: {
    200: s.jsonResponse(s.listOf(environmentDto), 'A page of environments'),
    ...s.problems('NOT_FOUND', 'VALIDATION_FAILED'),
  },
});

const create = createRoute({
  method: 'post',
  ...many,
  summary: 'Make an environment; every flag of the project is there at once, off',
  request: { params: s.projectParams, body: s.jsonRequest(newEnvironment) },
  responses: {
    201: s.jsonResponse(environmentDto, 'The environment'),
    ...s.problems(...OF_WRITES, 'NOT_FOUND', 'ALREADY_EXISTS'),
  },
});

const show = createRoute({
  method: 'get',
  ...one,
  summary: 'An environment, with the revision of its ruleset',
  request: { params: s.environmentParams },
  responses: {
    200: s.jsonResponse(environmentDto, 'The environment'),
    ...s.problems('NOT_FOUND'),
  },
});

const update = createRoute({
  method: 'put',
  ...one,
  summary: 'Rename or protect an environment; its key never changes',
  request: {
    params: s.environmentParams,
    headers: s.ifMatchHeader,
    body: s.jsonRequest(environmentChange),
  },
  responses: {
    200: s.jsonResponse(environmentDto, 'The environment as saved'),
    ...s.problems(...OF_UPDATES),
  },
});

const remove = createRoute({
  method: 'delete',
  ...one,
  summary: 'Delete an environment that has no keys any more, and what its flags do there',
  request: { params: s.environmentParams },
  responses: {
    204: { description: 'Deleted' },
    ...s.problems('NOT_FOUND', 'IN_USE', 'CONFLICT'),
  },
});

export function environmentRoutes() {
  return new OpenAPIHono<AppEnv>()
    .openapi(list, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'project:read', c.req.valid('param'));
      return c.json(await pageOfEnvironments(ctx.db, grant, c.req.valid('query')), 200);
    })
    .openapi(create, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'environment:write', c.req.valid('param'));
      const environment = await createEnvironment(ctx, grant, c.req.valid('json'));
      return c.json(s.withEtag(c, environment), 201);
    })
    .openapi(show, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'project:read', c.req.valid('param'));
      return c.json(s.withEtag(c, await readEnvironment(ctx.db, grant)), 200);
    })
    .openapi(update, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'environment:write', c.req.valid('param'));
      const input = { ...c.req.valid('json'), version: s.readVersion(c) };
      return c.json(s.withEtag(c, await updateEnvironment(ctx, grant, input)), 200);
    })
    .openapi(remove, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'environment:write', c.req.valid('param'));
      await deleteEnvironment(ctx, grant);
      return c.body(null, 204);
    });
}

import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize, authorizeInstallation, sightOf } from '../../services/authorize.js';
import { createProject } from '../../services/projects/create-project.js';
import { deleteProject } from '../../services/projects/delete-project.js';
import { updateProject } from '../../services/projects/update-project.js';
import { pageOfProjects, readProject } from '../../store/read-models/project-view.js';
import * as s from '../schemas.js';
import { newProject, projectChange, projectDto } from './project-schemas.js';
import { OF_UPDATES, OF_WRITES } from './usual-problems.js';

const about = { tags: ['projects'] };
const one = { path: '/projects/{project}', ...about } as const;

const list = createRoute({
  method: 'get',
  path: '/projects',
  ...about,
  summary: 'Projects with their environments, by key',
  request: { query: s.listQuery },
  responses: {
    200: s.jsonResponse(s.listOf(projectDto), 'A page of projects'),
    ...s.problems('VALIDATION_FAILED'),
  },
});

const create = createRoute({
  method: 'post',
  path: '/projects',
  ...about,
  summary: 'Make a project with the environments development, staging and production',
  request: { body: s.jsonRequest(newProject) },
  responses: {
    201: s.jsonResponse(projectDto, 'The project'),
    ...s.problems(...OF_WRITES, 'ALREADY_EXISTS'),
  },
});

const show = createRoute({
  method: 'get',
  ...one,
  summary: 'A project with its environments',
  request: { params: s.projectParams },
  responses: { 200: s.jsonResponse(projectDto, 'The project'), ...s.problems('NOT_FOUND') },
});

const update = createRoute({
  method: 'put',
  ...one,
  summary: 'Rename a project; its key never changes',
  request: {
    params: s.projectParams,
    headers: s.ifMatchHeader,
    body: s.jsonRequest(projectChange),
  },
  responses: {
    200: s.jsonResponse(projectDto, 'The project as saved'),
    ...s.problems(...OF_UPDATES),
  },
});

const remove = createRoute({
  method: 'delete',
  ...one,
  summary: 'Delete a project that has no flags and no keys any more',
  request: { params: s.projectParams },
  responses: { 204: { description: 'Deleted' }, ...s.problems('NOT_FOUND', 'IN_USE') },
});

export function projectRoutes() {
  return new OpenAPIHono<AppEnv>()
    .openapi(list, async (c) => {
      const ctx = c.get('ctx');
      const page = await pageOfProjects(ctx.db, sightOf(ctx.actor), c.req.valid('query'));
      return c.json(page, 200);
    })
    .openapi(create, async (c) => {
      const ctx = c.get('ctx');
      const project = await createProject(ctx, authorizeInstallation(ctx), c.req.valid('json'));
      return c.json(s.withEtag(c, project), 201);
    })
    .openapi(show, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'project:read', c.req.valid('param'));
      return c.json(s.withEtag(c, await readProject(ctx.db, grant)), 200);
    })
    .openapi(update, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'project:write', c.req.valid('param'));
      const input = { ...c.req.valid('json'), version: s.readVersion(c) };
      return c.json(s.withEtag(c, await updateProject(ctx, grant, input)), 200);
    })
    .openapi(remove, async (c) => {
      const ctx = c.get('ctx');
      await deleteProject(ctx, await authorize(ctx, 'project:write', c.req.valid('param')));
      return c.body(null, 204);
    });
}

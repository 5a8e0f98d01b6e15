import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import {
  createTemplate,
  deleteTemplate,
  getTemplate,
  pageOfTemplates,
  updateTemplate,
} from '../../services/templates/template-verbs.js';
import * as s from '../schemas.js';
import { planDto, planInput } from './release-schemas.js';
import { OF_UPDATES, OF_WRITES } from './usual-problems.js';

export const templateDto = z
  .object({
    key: z.string().openapi({ example: 'standard' }),
    name: z.string(),
    description: z.string(),
    builtIn: z.boolean(),
    plan: planDto,
    version: s.versionSchema,
    createdAt: s.timeSchema.nullable(),
  })
  .openapi('Template');

const plan = { template: 'standard', holdback: 5, finalBakeSeconds: 3600 };

const newTemplate = z
  .strictObject({
    key: s.keySchema,
    name: s.nameSchema.optional(),
    description: s.textSchema.optional(),
    plan: planInput,
  })
  .openapi('NewTemplate', { example: { key: 'with-holdback', plan } });

const templateChange = z
  .strictObject({ name: s.nameSchema, description: s.textSchema, plan: planInput })
  .openapi('TemplateChange', { example: { name: 'With holdback', description: '', plan } });

const about = { tags: ['templates'] };
const many = { path: '/projects/{project}/templates', ...about } as const;
const one = { path: '/projects/{project}/templates/{template}', ...about } as const;
const params = s.projectParams.extend({ template: z.string() });

const list = createRoute({
  method: 'get',
  ...many,
  summary: 'Plans to start a release from, built-in ones included, by key',
  request: { params: s.projectParams, query: s.listQuery },
  responses: {
    200: s.jsonResponse(s.listOf(templateDto), 'A page of templates'),
    ...s.problems('NOT_FOUND', 'VALIDATION_FAILED'),
  },
});

const create = createRoute({
  method: 'post',
  ...many,
  summary: 'Keep a plan as a template; what it leaves out comes from the template it names',
  request: { params: s.projectParams, body: s.jsonRequest(newTemplate) },
  responses: {
    201: s.jsonResponse(templateDto, 'The template, with the whole plan'),
    ...s.problems(...OF_WRITES, 'NOT_FOUND', 'ALREADY_EXISTS', 'CONFLICT'),
  },
});

const show = createRoute({
  method: 'get',
  ...one,
  summary: 'A template',
  request: { params },
  responses: { 200: s.jsonResponse(templateDto, 'The template'), ...s.problems('NOT_FOUND') },
});

const update = createRoute({
  method: 'put',
  ...one,
  summary: 'Change a template; releases keep the plan that they began with',
  request: { params, headers: s.ifMatchHeader, body: s.jsonRequest(templateChange) },
  responses: {
    200: s.jsonResponse(templateDto, 'The template as saved'),
    ...s.problems(...OF_UPDATES, 'CONFLICT'),
  },
});

const remove = createRoute({
  method: 'delete',
  ...one,
  summary: 'Delete a template that is not built in',
  request: { params },
  responses: { 204: { description: 'Deleted' }, ...s.problems('NOT_FOUND', 'CONFLICT') },
});

export function templateRoutes() {
  return new OpenAPIHono<AppEnv>()
    .openapi(list, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'flag:read', c.req.valid('param'));
      return c.json(await pageOfTemplates(ctx.db, grant, c.req.valid('query')), 200);
    })
    .openapi(create, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'template:write', c.req.valid('param'));
      return c.json(s.withEtag(c, await createTemplate(ctx, grant, c.req.valid('json'))), 201);
    })
    .openapi(show, async (c) => {
      const ctx = c.get('ctx');
      const { template, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:read', scope);
      return c.json(s.withEtag(c, await getTemplate(ctx.db, grant, template)), 200);
    })
    .openapi(update, async (c) => {
      const ctx = c.get('ctx');
      const { template: key, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'template:write', scope);
      const input = { ...c.req.valid('json'), key, version: s.readVersion(c) };
      return c.json(s.withEtag(c, await updateTemplate(ctx, grant, input)), 200);
    })
    .openapi(remove, async (c) => {
      const ctx = c.get('ctx');
      const { template: key, ...scope } = c.req.valid('param');
      await deleteTemplate(ctx, await authorize(ctx, 'template:write', scope), { key });
      return c.body(null, 204);
    });
}

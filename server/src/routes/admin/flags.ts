import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import { archiveFlag } from '../../services/flags/archive-flag.js';
import { createFlag } from '../../services/flags/create-flag.js';
import { deleteFlag } from '../../services/flags/delete-flag.js';
import { unarchiveFlag } from '../../services/flags/unarchive-flag.js';
import { updateFlag } from '../../services/flags/update-flag.js';
import { pageOfFlags, readFlag } from '../../store/read-models/flag-view.js';
import * as s from '../schemas.js';
import { archiveFlag as archiveBody, flagChange, flagDto, newFlag } from './flag-schemas.js';
import { OF_UPDATES, OF_WRITES } from './usual-problems.js';

const about = { tags: ['flags'] };
const many = { path: '/projects/{project}/flags', ...about } as const;
const one = { path: '/projects/{project}/flags/{flag}', ...about } as const;
const params = s.projectParams.extend({ flag: z.string() });

const list = createRoute({
  method: 'get',
  ...many,
  summary: 'Flags of a project by key, each with what it does in every environment',
  request: {
    params: s.projectParams,
    query: s.listQuery.extend({
      search: z.string().max(200).optional().openapi({
        description: 'In key, name, description or owner',
      }),
      tag: z.string().max(200).optional(),
      archived: z.enum(['true', 'false']).default('false'),
    }),
  },
  responses: {
    200: s.jsonResponse(s.listOf(flagDto), 'A page of flags'),
    ...s.problems('NOT_FOUND', 'VALIDATION_FAILED'),
  },
});

const create = createRoute({
  method: 'post',
  ...many,
  summary: 'Make a flag: off in every environment, with a seed drawn once',
  request: { params: s.projectParams, body: s.jsonRequest(newFlag) },
  responses: {
    201: s.jsonResponse(flagDto, 'The flag'),
    ...s.problems(...OF_WRITES, 'NOT_FOUND', 'ALREADY_EXISTS', 'LIMIT_EXCEEDED'),
  },
});

const show = createRoute({
  method: 'get',
  ...one,
  summary: 'A flag, archived or not',
  request: { params },
  responses: { 200: s.jsonResponse(flagDto, 'The flag'), ...s.problems('NOT_FOUND') },
});

const update = createRoute({
  method: 'put',
  ...one,
  summary: 'Change the definition; key, type and seed never change',
  request: { params, headers: s.ifMatchHeader, body: s.jsonRequest(flagChange) },
  responses: {
    200: s.jsonResponse(flagDto, 'The flag as saved'),
    ...s.problems(...OF_UPDATES, 'IN_USE', 'CONFLICT', 'RELEASE_ACTIVE', 'LIMIT_EXCEEDED'),
  },
});

const archive = createRoute({
  method: 'post',
  path: '/projects/{project}/flags/{flag}/archive',
  ...about,
  summary: 'Take a flag out of every ruleset; refused while it is killed or a parent',
  request: { params, body: { ...s.jsonRequest(archiveBody), required: false } },
  responses: {
    200: s.jsonResponse(flagDto, 'The flag, archived'),
    ...s.problems(...OF_WRITES, 'NOT_FOUND', 'IN_USE', 'CONFLICT', 'RELEASE_ACTIVE'),
  },
});

const unarchive = createRoute({
  method: 'post',
  path: '/projects/{project}/flags/{flag}/unarchive',
  ...about,
  summary: 'Bring an archived flag back as it was',
  request: { params },
  responses: {
    200: s.jsonResponse(flagDto, 'The flag, in use again'),
    ...s.problems('NOT_FOUND', 'LIMIT_EXCEEDED'),
  },
});

const remove = createRoute({
  method: 'delete',
  ...one,
  summary: 'Delete an archived flag for good; its audit entries stay',
  request: { params },
  responses: { 204: { description: 'Deleted' }, ...s.problems('NOT_FOUND', 'CONFLICT') },
});

export function flagRoutes() {
  return new OpenAPIHono<AppEnv>()
    .openapi(list, async (c) => {
      const ctx = c.get('ctx');
      const { archived, ...query } = c.req.valid('query');
      const grant = await authorize(ctx, 'flag:read', c.req.valid('param'));
      const page = await pageOfFlags(ctx.db, grant, { ...query, archived: archived === 'true' });
      return c.json(page, 200);
    })
    .openapi(create, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'flag:write', c.req.valid('param'));
      return c.json(s.withEtag(c, await createFlag(ctx, grant, c.req.valid('json'))), 201);
    })
    .openapi(show, async (c) => {
      const ctx = c.get('ctx');
      const { flag, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:read', scope);
      return c.json(s.withEtag(c, await readFlag(ctx.db, grant, flag)), 200);
    })
    .openapi(update, async (c) => {
      const ctx = c.get('ctx');
      const { flag: key, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:write', scope);
      const input = { ...c.req.valid('json'), key, version: s.readVersion(c) };
      return c.json(s.withEtag(c, await updateFlag(ctx, grant, input)), 200);
    })
    .openapi(archive, async (c) => {
      const ctx = c.get('ctx');
      const { flag: key, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:write', scope);
      const input = { ...c.req.valid('json'), key };
      return c.json(s.withEtag(c, await archiveFlag(ctx, grant, input)), 200);
    })
    .openapi(unarchive, async (c) => {
      const ctx = c.get('ctx');
      const { flag: key, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:write', scope);
      return c.json(s.withEtag(c, await unarchiveFlag(ctx, grant, { key })), 200);
    })
    .openapi(remove, async (c) => {
      const ctx = c.get('ctx');
      const { flag: key, ...scope } = c.req.valid('param');
      await deleteFlag(ctx, await authorize(ctx, 'flag:write', scope), { key });
      return c.body(null, 204);
    });
}

import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import {
  createSegment,
  deleteSegment,
  getSegment,
  pageOfSegments,
  updateSegment,
} from '../../services/segments/segment-verbs.js';
import * as s from '../schemas.js';
import { conditionSchema } from './ruleset-schemas.js';
import { OF_UPDATES, OF_WRITES } from './usual-problems.js';

const example = { attribute: 'email', operator: 'endsWith', values: ['@example.com'] };

export const segmentDto = z
  .object({
    key: z.string().openapi({ example: 'staff' }),
    name: z.string(),
    description: z.string(),
    when: conditionSchema,
    version: s.versionSchema,
    createdAt: s.timeSchema,
    updatedAt: s.timeSchema,
    usedBy: z.object({
      flags: z.array(z.object({ environment: z.string(), flag: z.string() })).readonly(),
      segments: z.array(z.string()).readonly(),
    }),
  })
  .openapi('Segment');

const newSegment = z
  .strictObject({
    key: s.keySchema,
    name: s.nameSchema.optional(),
    description: s.textSchema.optional(),
    when: conditionSchema,
  })
  .openapi('NewSegment', { example: { key: 'staff', when: example } });

const segmentChange = z
  .strictObject({ name: s.nameSchema, description: s.textSchema, when: conditionSchema })
  .openapi('SegmentChange', { example: { name: 'Staff', description: '', when: example } });

const about = { tags: ['segments'] };
const many = { path: '/projects/{project}/segments', ...about } as const;
const one = { path: '/projects/{project}/segments/{segment}', ...about } as const;
const params = s.projectParams.extend({ segment: z.string() });

const list = createRoute({
  method: 'get',
  ...many,
  summary: 'Segments of a project by key, and who uses them',
  request: { params: s.projectParams, query: s.listQuery },
  responses: {
    200: s.jsonResponse(s.listOf(segmentDto), 'A page of segments'),
    ...s.problems('NOT_FOUND', 'VALIDATION_FAILED'),
  },
});

const create = createRoute({
  method: 'post',
  ...many,
  summary: 'Make a segment, for every environment of the project',
  request: { params: s.projectParams, body: s.jsonRequest(newSegment) },
  responses: {
    201: s.jsonResponse(segmentDto, 'The segment'),
    ...s.problems(...OF_WRITES, 'NOT_FOUND', 'ALREADY_EXISTS', 'LIMIT_EXCEEDED'),
  },
});

const show = createRoute({
  method: 'get',
  ...one,
  summary: 'A segment and who uses it',
  request: { params },
  responses: { 200: s.jsonResponse(segmentDto, 'The segment'), ...s.problems('NOT_FOUND') },
});

const update = createRoute({
  method: 'put',
  ...one,
  summary: 'Change a segment in every environment of the project',
  request: { params, headers: s.ifMatchHeader, body: s.jsonRequest(segmentChange) },
  responses: {
    200: s.jsonResponse(segmentDto, 'The segment as saved'),
    ...s.problems(...OF_UPDATES, 'LIMIT_EXCEEDED'),
  },
});

const remove = createRoute({
  method: 'delete',
  ...one,
  summary: 'Delete a segment that nothing uses',
  request: { params },
  responses: { 204: { description: 'Deleted' }, ...s.problems('NOT_FOUND', 'IN_USE') },
});

export function segmentRoutes() {
  return new OpenAPIHono<AppEnv>()
    .openapi(list, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'flag:read', c.req.valid('param'));
      return c.json(await pageOfSegments(ctx.db, grant, c.req.valid('query')), 200);
    })
    .openapi(create, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'segment:write', c.req.valid('param'));
      return c.json(s.withEtag(c, await createSegment(ctx, grant, c.req.valid('json'))), 201);
    })
    .openapi(show, async (c) => {
      const ctx = c.get('ctx');
      const { segment, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:read', scope);
      return c.json(s.withEtag(c, await getSegment(ctx.db, grant, segment)), 200);
    })
    .openapi(update, async (c) => {
      const ctx = c.get('ctx');
      const { segment: key, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'segment:write', scope);
      const input = { ...c.req.valid('json'), key, version: s.readVersion(c) };
      return c.json(s.withEtag(c, await updateSegment(ctx, grant, input)), 200);
    })
    .openapi(remove, async (c) => {
      const ctx = c.get('ctx');
      const { segment: key, ...scope } = c.req.valid('param');
      await deleteSegment(ctx, await authorize(ctx, 'segment:write', scope), { key });
      return c.body(null, 204);
    });
}

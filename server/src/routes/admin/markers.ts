import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { MARKER_TYPES } from '../../domain/markers/marker.js';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import { createMarker } from '../../services/markers/create-marker.js';
import { pageOfMarkers } from '../../store/read-models/marker-view.js';
import * as s from '../schemas.js';
import { OF_WRITES } from './usual-problems.js';

const type = z.enum(MARKER_TYPES);
const moment = z.iso.datetime({ offset: true });
const word = z.string().trim().max(200);
const VERSION = { service: 'checkout', version: '1.4.2', commit: '9f0c1d2' };

export const markerDto = z
  .object({
    id: z.string(),
    type,
    service: z.string(),
    version: z.string(),
    label: z.string().openapi({ example: 'deploy of checkout 1.4.2' }),
    commit: z.string().nullable(),
    url: z.string().nullable(),
    actor: z.string().nullable(),
    derived: z.boolean().openapi({ description: 'Seen in the version of an instance, not told' }),
    at: s.timeSchema,
    endAt: s.timeSchema.nullable(),
    createdAt: s.timeSchema,
  })
  .openapi('Marker');

const fields = {
  service: word.default(''),
  version: word.default(''),
  commit: word.nullable().default(null),
  url: z.string().max(2000).nullable().default(null),
  actor: word.nullable().default(null).openapi({ description: 'Absent: whoever sends this' }),
  at: moment.nullable().default(null).openapi({ description: 'Absent: now' }),
  endAt: moment.nullable().default(null),
  idempotencyKey: z.string().min(1).max(200).nullable().default(null),
};

const newMarker = z
  .strictObject({ type, ...fields })
  .openapi('NewMarker', { example: { type: 'incident', version: 'INC-12' } });

const newDeploy = z.strictObject(fields).openapi('NewDeploy', { example: VERSION });

const at = '/projects/{project}/environments/{environment}';
const about = { tags: ['markers'] };
const answers = {
  201: s.jsonResponse(markerDto, 'The marker'),
  200: s.jsonResponse(markerDto, 'The same marker, told before'),
  ...s.problems(...OF_WRITES, 'NOT_FOUND', 'CONFLICT'),
};

const list = createRoute({
  method: 'get',
  path: `${at}/markers`,
  ...about,
  summary: 'What happened around an environment: deploys, incidents, changes; newest first',
  request: {
    params: s.environmentParams,
    query: s.listQuery.extend({ from: moment.optional(), to: moment.optional() }),
  },
  responses: {
    200: s.jsonResponse(s.listOf(markerDto), 'A page of markers'),
    ...s.problems('NOT_FOUND', 'VALIDATION_FAILED'),
  },
});

const create = createRoute({
  method: 'post',
  path: `${at}/markers`,
  ...about,
  summary: 'Tell of something that happened; safe to repeat',
  request: { params: s.environmentParams, body: s.jsonRequest(newMarker) },
  responses: answers,
});

const deploy = createRoute({
  method: 'post',
  path: `${at}/deploys`,
  ...about,
  summary: 'Tell of a deploy; safe to repeat',
  request: { params: s.environmentParams, body: s.jsonRequest(newDeploy) },
  responses: answers,
});

export function markerRoutes() {
  return new OpenAPIHono<AppEnv>()
    .openapi(list, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'flag:read', c.req.valid('param'));
      return c.json(await pageOfMarkers(ctx.db, grant, c.req.valid('query')), 200);
    })
    .openapi(create, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'marker:write', c.req.valid('param'));
      const { marker, isNew } = await createMarker(ctx, grant, c.req.valid('json'));
      return c.json(marker, isNew ? 201 : 200);
    })
    .openapi(deploy, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'marker:write', c.req.valid('param'));
      const input = { type: 'deploy', ...c.req.valid('json') } as const;
      const { marker, isNew } = await createMarker(ctx, grant, input);
      return c.json(marker, isNew ? 201 : 200);
    });
}

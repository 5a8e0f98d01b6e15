import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import { dismissInstance } from '../../services/receipts/dismiss-instance.js';
import { findInstances } from '../../services/receipts/find-instances.js';
import * as s from '../schemas.js';

export const instanceDto = z
  .object({
    id: z.string(),
    service: z.string(),
    serviceVersion: z.string(),
    sdk: z.string().openapi({ example: 'node/0.1.0' }),
    applied: z
      .object({ epoch: z.string(), revision: z.number().int(), at: s.timeSchema })
      .nullable(),
    connected: z.boolean().openapi({ description: 'Heard of within the last minute' }),
    lastSeenAt: s.timeSchema,
    state: z.enum(['live', 'silent']),
  })
  .openapi('Instance');

const list = createRoute({
  method: 'get',
  path: '/projects/{project}/environments/{environment}/instances',
  tags: ['instances'],
  summary: 'Running SDK clients, and those that were seen in the last day',
  request: { params: s.environmentParams, query: s.listQuery },
  responses: {
    200: s.jsonResponse(s.listOf(instanceDto), 'A page of instances'),
    ...s.problems('NOT_FOUND', 'VALIDATION_FAILED'),
  },
});

const dismiss = createRoute({
  method: 'delete',
  path: '/projects/{project}/environments/{environment}/instances/{instance}',
  tags: ['instances'],
  summary: 'Take a silent instance off the list; one that is alive comes back by itself',
  request: { params: s.environmentParams.extend({ instance: z.string() }) },
  responses: { 204: { description: 'Dismissed' }, ...s.problems('NOT_FOUND', 'CONFLICT') },
});

export function instanceRoutes() {
  return new OpenAPIHono<AppEnv>()
    .openapi(list, async (c) => {
      const ctx = c.get('ctx');
      const { limit, cursor } = c.req.valid('query');
      const grant = await authorize(ctx, 'project:read', c.req.valid('param'));
      const page = await findInstances(ctx, grant, { limit, after: cursor ?? null });
      return c.json(
        s.pageOf(page, limit, (instance) => instance.id),
        200,
      );
    })
    .openapi(dismiss, async (c) => {
      const ctx = c.get('ctx');
      const { instance, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'environment:write', scope);
      await dismissInstance(ctx, grant, { id: instance });
      return c.body(null, 204);
    });
}

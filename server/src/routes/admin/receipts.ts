import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import { findReceipts } from '../../services/receipts/find-receipts.js';
import * as s from '../schemas.js';

const receiptItemDto = z
  .object({
    id: z.string(),
    service: z.string(),
    serviceVersion: z.string(),
    state: z.enum(['off', 'pending', 'silent']),
    ms: z
      .number()
      .int()
      .nullable()
      .openapi({ description: 'From commit to confirmation; null when it started after the kill' }),
    appliedRevision: z.number().int().nullable(),
    lastSeenAt: s.timeSchema,
  })
  .openapi('ReceiptItem');

export const receiptsDto = z
  .object({
    killed: z.boolean(),
    revision: z.number().int().nullable(),
    killedAt: s.timeSchema.nullable(),
    instances: z.number().int(),
    off: z.number().int(),
    allOff: z.boolean(),
    slowest: z.object({ id: z.string(), service: z.string(), ms: z.number().int() }).nullable(),
    p50Ms: z.number().int().nullable(),
    items: z.array(receiptItemDto).readonly(),
  })
  .openapi('Receipts');

const receipts = createRoute({
  method: 'get',
  path: '/projects/{project}/environments/{environment}/flags/{flag}/receipts',
  tags: ['flags'],
  summary: 'Which running clients have confirmed that a killed flag is off',
  request: { params: s.environmentParams.extend({ flag: z.string() }) },
  responses: {
    200: s.jsonResponse(receiptsDto, 'Counts of all instances, and the first 500 of them'),
    ...s.problems('NOT_FOUND'),
  },
});

export function receiptRoutes() {
  return new OpenAPIHono<AppEnv>().openapi(receipts, async (c) => {
    const ctx = c.get('ctx');
    const { flag, ...scope } = c.req.valid('param');
    const grant = await authorize(ctx, 'flag:read', scope);
    return c.json(await findReceipts(ctx, grant, flag), 200);
  });
}

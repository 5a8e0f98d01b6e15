import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import { previewFlag } from '../../services/preview/preview-flag.js';
import * as s from '../schemas.js';
import { flagConfigChange } from './flag-schemas.js';
import { environmentFlagParams, valueSchema } from './ruleset-schemas.js';
import { OF_WRITES } from './usual-problems.js';

const resultDto = z
  .object({
    value: valueSchema.openapi({ example: true }),
    variant: z.string().optional().openapi({ example: 'on' }),
    reason: z.enum(['STATIC', 'TARGETING_MATCH', 'SPLIT', 'DEFAULT', 'DISABLED', 'ERROR']),
    ruleId: z.string().optional().openapi({ example: 'ramp' }),
    errorCode: z.string().optional(),
    active: z.boolean(),
  })
  .openapi('PreviewResult');

export const previewDto = z
  .object({
    results: z.array(resultDto).readonly(),
    proposed: z.array(resultDto).readonly().optional(),
    movedShare: z.number().min(0).max(1).optional().openapi({
      description: 'Of people in such contexts, the share that the proposal would serve otherwise',
    }),
  })
  .openapi('Preview');

const request = z
  .strictObject({
    contexts: z.array(z.record(z.string(), z.unknown())).min(1).max(100),
    proposed: flagConfigChange.optional(),
  })
  .openapi('PreviewRequest', {
    example: { contexts: [{ targetingKey: 'user-1', country: 'NL' }] },
  });

const preview = createRoute({
  method: 'post',
  path: '/projects/{project}/environments/{environment}/flags/{flag}/preview',
  tags: ['flags'],
  summary: 'What contexts get and why, now and after a change that is not saved',
  request: { params: environmentFlagParams, body: s.jsonRequest(request) },
  responses: {
    200: s.jsonResponse(previewDto, 'One result for each context'),
    ...s.problems(...OF_WRITES, 'NOT_FOUND', 'LIMIT_EXCEEDED'),
  },
});

export function previewRoutes() {
  return new OpenAPIHono<AppEnv>().openapi(preview, async (c) => {
    const ctx = c.get('ctx');
    const { flag, ...scope } = c.req.valid('param');
    const grant = await authorize(ctx, 'flag:read', scope);
    return c.json(await previewFlag(ctx, grant, { ...c.req.valid('json'), flag }), 200);
  });
}

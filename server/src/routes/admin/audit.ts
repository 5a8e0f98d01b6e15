import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize, authorizeInstallation } from '../../services/authorize.js';
import { pageOfAudit } from '../../store/read-models/audit-page.js';
import * as s from '../schemas.js';

export const auditEntryDto = z
  .object({
    id: z.number().int(),
    at: s.timeSchema,
    actor: z.object({
      kind: z.enum(['user', 'apiKey', 'system']),
      id: z.string(),
      name: z.string(),
    }),
    action: z.string().openapi({ example: 'flag.kill' }),
    environment: z.string().nullable(),
    target: z.object({ type: z.string(), key: z.string() }),
    before: z.unknown().openapi({ description: 'Null for what was made' }),
    after: z.unknown().openapi({ description: 'Null for what was deleted' }),
    changes: z
      .array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() }))
      .readonly()
      .openapi({ example: [{ path: '/rules/ramp/rollout/to', before: 5, after: 25 }] }),
    reason: z.string().nullable(),
    revision: z.number().int().nullable(),
    requestId: z.string(),
  })
  .openapi('AuditEntry');

const filter = z.string().min(1).max(200).optional();

const query = s.listQuery.extend({
  environment: filter,
  targetType: filter,
  targetKey: filter,
  actor: filter.openapi({ description: 'Id or name' }),
});
const responses = {
  200: s.jsonResponse(s.listOf(auditEntryDto), 'A page of audit entries'),
  ...s.problems('NOT_FOUND', 'VALIDATION_FAILED'),
};

const list = createRoute({
  method: 'get',
  path: '/projects/{project}/audit',
  tags: ['audit'],
  summary: 'Who changed what, newest first',
  request: { params: s.projectParams, query },
  responses,
});

const listInstallation = createRoute({
  method: 'get',
  path: '/audit',
  tags: ['audit'],
  summary: 'What belongs to no project: accounts, sign-ins, projects that are gone; newest first',
  request: { query },
  responses,
});

export function auditRoutes() {
  return new OpenAPIHono<AppEnv>()
    .openapi(list, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'audit:read', c.req.valid('param'));
      return c.json(await pageOfAudit(ctx.db, grant, c.req.valid('query')), 200);
    })
    .openapi(listInstallation, async (c) => {
      const ctx = c.get('ctx');
      const grant = authorizeInstallation(ctx);
      return c.json(await pageOfAudit(ctx.db, grant, c.req.valid('query')), 200);
    });
}

import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { AppError } from '../../domain/errors.js';
import { KEY_KINDS } from '../../domain/key-secret.js';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import { createKey } from '../../services/keys/create-key.js';
import { findKeys } from '../../services/keys/find-keys.js';
import { revokeKey } from '../../services/keys/revoke-key.js';
import type { AppDeps } from '../app-deps.js';
import * as s from '../schemas.js';

const keyDto = z
  .object({
    id: z.string(),
    kind: z.enum(KEY_KINDS),
    name: z.string(),
    environment: z.string().nullable(),
    hint: z.string().openapi({ example: 'sluice_server_…4kTz' }),
    createdBy: z.string().nullable(),
    createdAt: s.timeSchema,
    expiresAt: s.timeSchema.nullable(),
    revokedAt: s.timeSchema.nullable(),
    lastUsedAt: s.timeSchema.nullable(),
  })
  .openapi('Key');

const createdKeyDto = keyDto.extend({ secret: z.string() }).openapi('CreatedKey');

const newKey = z
  .strictObject({
    kind: z.enum(KEY_KINDS),
    name: s.nameSchema,
    environment: z.string().optional().openapi({ description: 'For server and client keys' }),
    expiresAt: z.iso.datetime({ offset: true }).nullable().optional(),
  })
  .openapi('NewKey', {
    example: { kind: 'server', name: 'checkout service', environment: 'production' },
  });

const list = createRoute({
  method: 'get',
  path: '/projects/{project}/keys',
  tags: ['keys'],
  summary: 'Keys of a project, newest first; secrets are never shown again',
  request: { params: s.projectParams, query: s.listQuery },
  responses: {
    200: s.jsonResponse(s.listOf(keyDto), 'A page of keys'),
    ...s.problems('NOT_FOUND', 'VALIDATION_FAILED'),
  },
});

const create = createRoute({
  method: 'post',
  path: '/projects/{project}/keys',
  tags: ['keys'],
  summary: 'Make a key; the answer is the only place where its secret is shown',
  request: { params: s.projectParams, body: s.jsonRequest(newKey) },
  responses: {
    201: s.jsonResponse(createdKeyDto, 'The key, with its secret'),
    ...s.problems('NOT_FOUND', 'VALIDATION_FAILED', 'MALFORMED_BODY'),
  },
});

const revoke = createRoute({
  method: 'delete',
  path: '/projects/{project}/keys/{key}',
  tags: ['keys'],
  summary: 'Revoke a key: its streams are cut off within five seconds',
  request: { params: s.projectParams.extend({ key: z.string() }) },
  responses: { 204: { description: 'Revoked' }, ...s.problems('NOT_FOUND') },
});

export function keyRoutes(deps: AppDeps) {
  return new OpenAPIHono<AppEnv>()
    .openapi(list, async (c) => {
      const ctx = c.get('ctx');
      const { limit, cursor } = c.req.valid('query');
      const grant = await authorize(ctx, 'key:read', c.req.valid('param'));
      const keys = await findKeys(ctx, grant, { limit, after: cursor ?? null });
      return c.json(
        s.pageOf(keys, limit, (key) => key.id),
        200,
      );
    })
    .openapi(create, async (c) => {
      const ctx = c.get('ctx');
      const { environment, ...input } = c.req.valid('json');
      assertScope(input.kind, environment);
      const expiresAt = toFuture(input.expiresAt ?? null, ctx.now());
      const { project } = c.req.valid('param');
      const grant =
        environment === undefined
          ? await authorize(ctx, 'key:write', { project })
          : await authorize(ctx, 'key:write', { project, environment });
      return c.json(await createKey(ctx, grant, { ...input, expiresAt }), 201);
    })
    .openapi(revoke, async (c) => {
      const ctx = c.get('ctx');
      const { project, key } = c.req.valid('param');
      const grant = await authorize(ctx, 'key:write', { project });
      await revokeKey(ctx, grant, { id: key });
      deps.keys.drop(key);
      return c.body(null, 204);
    });
}

function assertScope(kind: string, environment: string | undefined): void {
  const needsEnvironment = kind !== 'admin';
  if (needsEnvironment === (environment !== undefined)) return;
  const message = needsEnvironment
    ? `is missing: a ${kind} key belongs to one environment`
    : 'must be absent: an admin key belongs to the whole project';
  throw new AppError('VALIDATION_FAILED', `/environment ${message}`, {
    errors: [{ pointer: '/environment', message }],
  });
}

function toFuture(text: string | null, now: Date): Date | null {
  if (text === null) return null;
  const time = new Date(text);
  if (time > now) return time;
  const message = `must be in the future, got "${text}"`;
  throw new AppError('VALIDATION_FAILED', `/expiresAt ${message}`, {
    errors: [{ pointer: '/expiresAt', message }],
  });
}

import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { WEBHOOK_EVENTS, WEBHOOK_FORMATS } from '../../domain/webhooks/webhook.js';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import { testWebhook } from '../../services/webhooks/test-webhook.js';
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  pageOfWebhooks,
  updateWebhook,
} from '../../services/webhooks/webhook-verbs.js';
import { pageOfDeliveries } from '../../store/read-models/deliveries.js';
import type { AppDeps } from '../app-deps.js';
import * as s from '../schemas.js';
import { OF_UPDATES, OF_WRITES } from './usual-problems.js';

export const webhookDto = z
  .object({
    id: z.string(),
    name: z.string(),
    url: z.string().openapi({ description: 'What may be a secret in it is left out' }),
    format: z.enum(WEBHOOK_FORMATS),
    events: z.array(z.string()).readonly().openapi({ description: 'Empty: all' }),
    enabled: z.boolean(),
    version: s.versionSchema,
    createdAt: s.timeSchema,
  })
  .openapi('Webhook');

export const createdWebhookDto = webhookDto
  .extend({ secret: z.string().openapi({ description: 'Signs each message; shown only here' }) })
  .openapi('CreatedWebhook');

export const deliveryDto = z
  .object({
    id: z.string().openapi({ description: 'As in Sluice-Event-Id' }),
    event: z.string().openapi({ example: 'rolled_back' }),
    sentence: z.string(),
    state: z.enum(['waiting', 'delivered', 'given_up']),
    attempts: z.number().int(),
    lastError: z.string().nullable(),
    createdAt: s.timeSchema,
    nextAt: s.timeSchema.nullable(),
    deliveredAt: s.timeSchema.nullable(),
  })
  .openapi('Delivery');

const url = z.string().min(1).max(2000);
const fields = {
  format: z
    .enum(WEBHOOK_FORMATS)
    .default('sluice')
    .openapi({ description: 'chat: { "text": "…" }, as chat tools take it' }),
  events: z.array(z.enum(WEBHOOK_EVENTS)).max(50).default([]),
  enabled: z.boolean().default(true),
};

const newWebhook = z.strictObject({ name: s.nameSchema, url, ...fields }).openapi('NewWebhook', {
  example: { name: 'Releases', url: 'https://example.com/hooks/sluice', events: ['rolled_back'] },
});

const webhookChange = z
  .strictObject({ name: s.nameSchema, url: url.optional(), ...fields })
  .openapi('WebhookChange', { example: { name: 'Releases', events: [], enabled: false } });

const about = { tags: ['webhooks'] };
const many = { path: '/projects/{project}/webhooks', ...about } as const;
const one = { path: '/projects/{project}/webhooks/{webhook}', ...about } as const;
const params = s.projectParams.extend({ webhook: z.string() });

const list = createRoute({
  method: 'get',
  ...many,
  summary: 'Who is told of releases and kills, newest first; secrets are never shown again',
  request: { params: s.projectParams, query: s.listQuery },
  responses: {
    200: s.jsonResponse(s.listOf(webhookDto), 'A page of webhooks'),
    ...s.problems('NOT_FOUND', 'VALIDATION_FAILED'),
  },
});

const create = createRoute({
  method: 'post',
  ...many,
  summary: 'Add a webhook; the answer is the only place where its secret is shown',
  request: { params: s.projectParams, body: s.jsonRequest(newWebhook) },
  responses: {
    201: s.jsonResponse(createdWebhookDto, 'The webhook, with its secret'),
    ...s.problems(...OF_WRITES, 'NOT_FOUND'),
  },
});

const show = createRoute({
  method: 'get',
  ...one,
  summary: 'A webhook',
  request: { params },
  responses: { 200: s.jsonResponse(webhookDto, 'The webhook'), ...s.problems('NOT_FOUND') },
});

const update = createRoute({
  method: 'put',
  ...one,
  summary: 'Change a webhook; without an address it keeps its own',
  request: { params, headers: s.ifMatchHeader, body: s.jsonRequest(webhookChange) },
  responses: {
    200: s.jsonResponse(webhookDto, 'The webhook as saved'),
    ...s.problems(...OF_UPDATES),
  },
});

const remove = createRoute({
  method: 'delete',
  ...one,
  summary: 'Delete a webhook, with what is on its way to it',
  request: { params },
  responses: { 204: { description: 'Deleted' }, ...s.problems('NOT_FOUND') },
});

const deliveries = createRoute({
  method: 'get',
  path: `${one.path}/deliveries`,
  ...about,
  summary: 'What was sent to a webhook, what waits and what was given up; newest first',
  request: { params, query: s.listQuery },
  responses: {
    200: s.jsonResponse(s.listOf(deliveryDto), 'A page of deliveries'),
    ...s.problems('NOT_FOUND', 'VALIDATION_FAILED'),
  },
});

const test = createRoute({
  method: 'post',
  path: `${one.path}/test`,
  ...about,
  summary: 'Send a test message now and say what became of it',
  request: { params },
  responses: {
    200: s.jsonResponse(deliveryDto, 'The delivery, or why there was none'),
    ...s.problems('NOT_FOUND'),
  },
});

export function webhookRoutes({ outbound, messages }: AppDeps) {
  return new OpenAPIHono<AppEnv>()
    .openapi(list, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'flag:read', c.req.valid('param'));
      return c.json(await pageOfWebhooks(ctx.db, grant, c.req.valid('query')), 200);
    })
    .openapi(create, async (c) => {
      const ctx = c.get('ctx');
      const grant = await authorize(ctx, 'webhook:write', c.req.valid('param'));
      const made = await createWebhook(ctx, grant, c.req.valid('json'), outbound);
      return c.json(s.withEtag(c, made), 201);
    })
    .openapi(show, async (c) => {
      const ctx = c.get('ctx');
      const { webhook, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:read', scope);
      return c.json(s.withEtag(c, await getWebhook(ctx.db, grant, webhook)), 200);
    })
    .openapi(update, async (c) => {
      const ctx = c.get('ctx');
      const { webhook: key, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'webhook:write', scope);
      const input = { ...c.req.valid('json'), key, version: s.readVersion(c) };
      return c.json(s.withEtag(c, await updateWebhook(ctx, grant, input, outbound)), 200);
    })
    .openapi(remove, async (c) => {
      const ctx = c.get('ctx');
      const { webhook: key, ...scope } = c.req.valid('param');
      await deleteWebhook(ctx, await authorize(ctx, 'webhook:write', scope), { key });
      return c.body(null, 204);
    })
    .openapi(deliveries, async (c) => {
      const ctx = c.get('ctx');
      const { webhook: key, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'flag:read', scope);
      return c.json(await pageOfDeliveries(ctx.db, grant, key, c.req.valid('query')), 200);
    })
    .openapi(test, async (c) => {
      const ctx = c.get('ctx');
      const { webhook: key, ...scope } = c.req.valid('param');
      const grant = await authorize(ctx, 'webhook:write', scope);
      return c.json(await testWebhook(ctx, grant, { key }, messages), 200);
    });
}

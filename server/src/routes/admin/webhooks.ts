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
import { collectionRoutes } from './collection-routes.js';

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

const webhooks = collectionRoutes({
  path: 'webhooks',
  item: 'webhook',
  write: 'webhook:write',
  dto: webhookDto,
  created: createdWebhookDto,
  newItem: newWebhook,
  change: webhookChange,
  list: {
    summary: 'List the webhooks, newest first; secrets are never shown again',
  },
  create: {
    summary: 'Add a webhook; the answer is the only place where its secret is shown',
    answer: 'The webhook, with its secret',
  },
  show: { summary: 'A webhook' },
  update: { summary: 'Change a webhook; without an address it keeps its own' },
  remove: { summary: 'Delete a webhook, with what is on its way to it' },
});

const path = '/projects/{project}/webhooks/{webhook}';
const params = s.projectParams.extend({ webhook: z.string() });

const deliveries = createRoute({
  method: 'get',
  path: `${path}/deliveries`,
  tags: ['webhooks'],
  summary: 'What was sent to a webhook, what waits and what was given up; newest first',
  request: { params, query: s.listQuery },
  responses: {
    200: s.jsonResponse(s.listOf(deliveryDto), 'A page of deliveries'),
    ...s.problems('NOT_FOUND', 'VALIDATION_FAILED'),
  },
});

const test = createRoute({
  method: 'post',
  path: `${path}/test`,
  tags: ['webhooks'],
  summary: 'Send a test message now and say what became of it',
  request: { params },
  responses: {
    200: s.jsonResponse(deliveryDto, 'The delivery, or why there was none'),
    ...s.problems('NOT_FOUND'),
  },
});

export function webhookRoutes({ outbound, messages }: AppDeps) {
  const app = new OpenAPIHono<AppEnv>();
  webhooks.list(app, pageOfWebhooks);
  webhooks.create(app, (ctx, grant, input) => createWebhook(ctx, grant, input, outbound));
  webhooks.show(app, getWebhook);
  webhooks.update(app, (ctx, grant, input) => updateWebhook(ctx, grant, input, outbound));
  webhooks.remove(app, deleteWebhook);
  app.openapi(deliveries, async (c) => {
    const ctx = c.get('ctx');
    const { webhook, ...scope } = c.req.valid('param');
    const grant = await authorize(ctx, 'flag:read', scope);
    return c.json(await pageOfDeliveries(ctx.db, grant, webhook, c.req.valid('query')), 200);
  });
  app.openapi(test, async (c) => {
    const ctx = c.get('ctx');
    const { webhook: key, ...scope } = c.req.valid('param');
    const grant = await authorize(ctx, 'webhook:write', scope);
    return c.json(await testWebhook(ctx, grant, { key }, messages), 200);
  });
  return app;
}

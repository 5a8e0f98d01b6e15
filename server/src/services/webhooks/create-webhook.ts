import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import type { Grant } from '../../domain/grant.js';
import type { Outbound } from '../../domain/outbound/outbound.js';
import type { WebhookFormat } from '../../domain/webhooks/webhook.js';
import { readWebhook, type WebhookView } from '../../store/read-models/webhook-view.js';
import { insertWebhook } from '../../store/webhook-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { assertWebhookUrl } from './assert-webhook-url.js';

export interface CreateWebhook {
  readonly name: string;
  readonly url: string;
  readonly format: WebhookFormat;
  readonly events: readonly string[];
  readonly enabled: boolean;
}

export interface CreatedWebhook extends WebhookView {
  /** Said once, here; receivers check signatures with it. */
  readonly secret: string;
}

const SECRET_BYTES = 32;

export async function createWebhook(
  ctx: Ctx,
  grant: Grant<'webhook:write'>,
  input: CreateWebhook,
  outbound: Outbound,
): Promise<CreatedWebhook> {
  await assertWebhookUrl(outbound, input.url);
  const id = ulid();
  const secret = `sluice_webhook_${randomBytes(SECRET_BYTES).toString('hex')}`;
  return inTransaction(ctx, async (tx) => {
    await insertWebhook(tx, grant, { ...input, id, secret, events: [...input.events] });
    const after = await readWebhook(tx, grant, id);
    await recordChange(tx, ctx, grant, {
      action: 'webhook.create',
      target: { type: 'webhook', key: id },
      before: null,
      after,
    });
    return { ...after, secret };
  });
}

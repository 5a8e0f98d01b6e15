import { ulid } from 'ulid';
import { AppError } from '../../domain/errors.js';
import type { Grant } from '../../domain/grant.js';
import { insertSentByHand, saveOutcome } from '../../store/outbox-dispatch-store.js';
import { type DeliveryView, findDelivery } from '../../store/read-models/deliveries.js';
import { webhookStore } from '../../store/webhook-store.js';
import type { Ctx } from '../context.js';
import { type SendMessageDeps, sendMessage } from './send-message.js';

/** Sends one message at once, even to a disabled webhook, and lists it among the deliveries. */
export async function testWebhook(
  ctx: Ctx,
  grant: Grant<'webhook:write'>,
  { key }: { readonly key: string },
  deps: SendMessageDeps,
): Promise<DeliveryView> {
  const webhook = await webhookStore.getRow(ctx.db, grant, key);
  const { id: webhookId, name, url, format, secret } = webhook;
  const eventId = `test:${ulid()}`;
  const payload = {
    ...{ id: eventId, event: 'test', at: ctx.now().toISOString(), project: grant.projectKey },
    sentence: `A test of the webhook "${name}", sent by ${ctx.actor.name}`,
  };
  const sent = { webhookId, eventId, event: 'test' };
  await ctx.db.transaction((tx) => insertSentByHand(tx, sent, payload));
  const message = { ...sent, payload, attempts: 1, url, format, secret };
  const error = await sendMessage(deps, message);
  await saveOutcome(ctx.db, message, { isDelivered: error === null, error, retryInMs: null });
  const delivery = await findDelivery(ctx.db, webhookId, eventId);
  if (!delivery) throw new AppError('NOT_FOUND', `webhook "${webhookId}" has just been deleted`);
  return delivery;
}

import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import type { Grant } from '../../domain/grant.js';
import type { Outbound } from '../../domain/outbound/outbound.js';
import { assertValid } from '../../domain/refusals.js';
import type { WebhookFormat } from '../../domain/webhooks/webhook.js';
import { problemsOfWebhookUrl } from '../../domain/webhooks/webhook-problems.js';
import { giveUpWaiting, type WebhookView, webhookStore } from '../../store/webhook-store.js';
import { createItem, deleteItem, updateItem } from '../collection-verbs.js';
import type { Ctx } from '../context.js';

export const { get: getWebhook, page: pageOfWebhooks } = webhookStore;

export interface CreateWebhook {
  readonly name: string;
  readonly url: string;
  readonly format: WebhookFormat;
  readonly events: readonly string[];
  readonly enabled: boolean;
}

export interface CreatedWebhook extends WebhookView {
  /** Receivers check signatures with it. Only this answer shows it. */
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
  const secret = `sluice_webhook_${randomBytes(SECRET_BYTES).toString('hex')}`;
  const created = await createItem(ctx, grant, webhookStore, {
    key: ulid(),
    fields: () => ({ ...input, events: [...input.events], secret }),
  });
  return { ...created, secret };
}

export interface UpdateWebhook extends Omit<CreateWebhook, 'url'> {
  readonly key: string;
  /** The version that the editor saw. */
  readonly version: number;
  /** Undefined keeps the address. */
  readonly url?: string | undefined;
}

export async function updateWebhook(
  ctx: Ctx,
  grant: Grant<'webhook:write'>,
  input: UpdateWebhook,
  outbound: Outbound,
): Promise<WebhookView> {
  const { key, version, name, format, events, enabled } = input;
  if (input.url !== undefined) await assertWebhookUrl(outbound, input.url);
  return updateItem(ctx, grant, webhookStore, {
    key,
    version,
    fields: (_, { url }) => ({
      ...{ name, format, enabled, events: [...events] },
      url: input.url ?? url,
    }),
    async effects(tx, { id, url, enabled: wasEnabled }) {
      if (wasEnabled && !enabled) await giveUpWaiting(tx, id, 'the webhook was switched off');
      const isKept = input.url === undefined || input.url === url;
      return isKept ? {} : { hidden: { address: 'changed' } };
    },
  });
}

/** Deletes its messages too, delivered or not. */
export async function deleteWebhook(
  ctx: Ctx,
  grant: Grant<'webhook:write'>,
  { key }: { readonly key: string },
): Promise<void> {
  await deleteItem(ctx, grant, webhookStore, { key });
}

/** Runs before the transaction, because it resolves a host name and that can take seconds. */
async function assertWebhookUrl(outbound: Outbound, url: string): Promise<void> {
  assertValid(problemsOfWebhookUrl(url));
  const problem = await outbound.problemOfUrl(url);
  assertValid(problem === null ? [] : [{ pointer: '/url', message: problem }]);
}

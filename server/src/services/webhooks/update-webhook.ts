import { isSame } from '../../domain/changed-fields.js';
import type { Grant } from '../../domain/grant.js';
import type { Outbound } from '../../domain/outbound/outbound.js';
import { versionStale } from '../../domain/refusals.js';
import { readWebhook, type WebhookView } from '../../store/read-models/webhook-view.js';
import { giveUpWaiting, lockWebhook, saveWebhook } from '../../store/webhook-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { assertWebhookUrl } from './assert-webhook-url.js';
import type { CreateWebhook } from './create-webhook.js';

export interface UpdateWebhook extends Omit<CreateWebhook, 'url'> {
  readonly id: string;
  /** The version that the editor saw. */
  readonly version: number;
  /** Absent: as it is. */
  readonly url?: string | undefined;
}

export async function updateWebhook(
  ctx: Ctx,
  grant: Grant<'webhook:write'>,
  input: UpdateWebhook,
  outbound: Outbound,
): Promise<WebhookView> {
  const { id, version, name, format, enabled } = input;
  if (input.url !== undefined) await assertWebhookUrl(outbound, input.url);
  return inTransaction(ctx, async (tx) => {
    const row = await lockWebhook(tx, grant, id);
    const before = await readWebhook(tx, grant, id);
    if (row.version !== version) throw versionStale('webhook', id, version, before);
    const url = input.url ?? row.url;
    const change = { name, url, format, enabled, events: [...input.events] };
    if (isSame({ ...row, ...change }, row)) return before;
    await saveWebhook(tx, grant, id, change);
    if (row.enabled && !enabled) await giveUpWaiting(tx, id, 'the webhook was switched off');
    const after = await readWebhook(tx, grant, id);
    const hidden = url === row.url ? {} : { address: 'changed' };
    await recordChange(tx, ctx, grant, {
      action: 'webhook.update',
      target: { type: 'webhook', key: id },
      before,
      after: { ...after, ...hidden },
    });
    return after;
  });
}

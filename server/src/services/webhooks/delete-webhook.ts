import type { Grant } from '../../domain/grant.js';
import { readWebhook } from '../../store/read-models/webhook-view.js';
import { deleteWebhookRow, lockWebhook } from '../../store/webhook-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';

/** With all that is on its way to it. */
export async function deleteWebhook(
  ctx: Ctx,
  grant: Grant<'webhook:write'>,
  input: { readonly id: string },
): Promise<void> {
  const { id } = input;
  await inTransaction(ctx, async (tx) => {
    await lockWebhook(tx, grant, id);
    const before = await readWebhook(tx, grant, id);
    await deleteWebhookRow(tx, grant, id);
    await recordChange(tx, ctx, grant, {
      action: 'webhook.delete',
      target: { type: 'webhook', key: id },
      before,
      after: null,
    });
  });
}

import type { Grant } from '../../domain/grant.js';
import type { Page, PageQuery } from '../../store/read-models/page.js';
import { type DeliveryView, pageOfDeliveries } from '../../store/read-models/webhook-view.js';
import { findWebhook } from '../../store/webhook-store.js';
import type { Ctx } from '../context.js';

export async function findDeliveries(
  ctx: Ctx,
  grant: Grant,
  { id, ...query }: PageQuery & { readonly id: string },
): Promise<Page<DeliveryView>> {
  const webhook = await findWebhook(ctx.db, grant, id);
  return pageOfDeliveries(ctx.db, webhook.id, query);
}

import { and, eq, getTableColumns, isNotNull } from 'drizzle-orm';
import { shownUrl, type WebhookFormat } from '../domain/webhooks/webhook.js';
import { type Bumped, collectionStore, type Owned } from './collection-store.js';
import type { Tx } from './db.js';
import { outbox, webhooks } from './schema/index.js';

/** A webhook has no key, so its id identifies it. */
type WebhookRow = typeof webhooks.$inferSelect & { readonly key: string };
type WebhookFields = Pick<WebhookRow, 'name' | 'url' | 'format' | 'events' | 'enabled'>;
type NewWebhook = WebhookFields & Pick<WebhookRow, 'secret'>;

export interface WebhookView {
  readonly id: string;
  readonly name: string;
  /** The address without the parts that may be secret. */
  readonly url: string;
  readonly format: WebhookFormat;
  readonly events: readonly string[];
  readonly enabled: boolean;
  readonly version: number;
  readonly createdAt: string;
}

export const webhookStore = collectionStore({
  noun: 'webhook',
  table: webhooks,
  select: (db) =>
    db
      .select({ ...getTableColumns(webhooks), key: webhooks.id })
      .from(webhooks)
      .$dynamic(),
  insert: (tx, { key: id, ...row }: NewWebhook & Owned) =>
    tx.insert(webhooks).values({ ...row, id }),
  update: (tx, change: WebhookFields & Bumped) => tx.update(webhooks).set(change),
  viewer: () => toView,
});

/** Drops waiting messages: they would be out of date once the webhook is enabled again. */
export async function giveUpWaiting(tx: Tx, webhookId: string, why: string): Promise<void> {
  await tx
    .update(outbox)
    .set({ nextAt: null, lastError: why })
    .where(and(eq(outbox.webhookId, webhookId), isNotNull(outbox.nextAt)));
}

function toView(row: WebhookRow): WebhookView {
  const { id, name, format, events, enabled, version } = row;
  return {
    ...{ id, name, url: shownUrl(row.url, format), format, events, enabled, version },
    createdAt: row.createdAt.toISOString(),
  };
}

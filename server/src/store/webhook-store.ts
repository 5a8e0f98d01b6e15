import { and, eq, isNotNull, sql } from 'drizzle-orm';
import type { Grant } from '../domain/grant.js';
import { notFound } from '../domain/refusals.js';
import type { Db, Tx } from './db.js';
import { outbox, webhooks } from './schema/index.js';

export type WebhookRow = typeof webhooks.$inferSelect;
export type WebhookChange = Pick<WebhookRow, 'name' | 'url' | 'format' | 'events' | 'enabled'>;

export async function insertWebhook(
  tx: Tx,
  grant: Grant,
  webhook: WebhookChange & Pick<WebhookRow, 'id' | 'secret'>,
): Promise<void> {
  await tx.insert(webhooks).values({ ...webhook, projectId: grant.projectId });
}

/** With its secret: to sign, never to show. */
export async function findWebhook(db: Db | Tx, grant: Grant, id: string): Promise<WebhookRow> {
  const [row] = await db.select().from(webhooks).where(isWebhook(grant, id));
  if (!row) throw notFound('webhook', id);
  return row;
}

export async function lockWebhook(tx: Tx, grant: Grant, id: string): Promise<WebhookRow> {
  const [row] = await tx.select().from(webhooks).where(isWebhook(grant, id)).for('update');
  if (!row) throw notFound('webhook', id);
  return row;
}

export async function saveWebhook(
  tx: Tx,
  grant: Grant,
  id: string,
  change: WebhookChange,
): Promise<void> {
  await tx
    .update(webhooks)
    .set({ ...change, version: sql`${webhooks.version} + 1` })
    .where(isWebhook(grant, id));
}

export async function deleteWebhookRow(tx: Tx, grant: Grant, id: string): Promise<void> {
  await tx.delete(webhooks).where(isWebhook(grant, id));
}

/** What still waits is not sent when the webhook is switched on again: it would be old news. */
export async function giveUpWaiting(tx: Tx, webhookId: string, why: string): Promise<void> {
  await tx
    .update(outbox)
    .set({ nextAt: null, lastError: why })
    .where(and(eq(outbox.webhookId, webhookId), isNotNull(outbox.nextAt)));
}

function isWebhook(grant: Grant, id: string) {
  return and(eq(webhooks.projectId, grant.projectId), eq(webhooks.id, id));
}

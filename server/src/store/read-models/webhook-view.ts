import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { Grant } from '../../domain/grant.js';
import { notFound } from '../../domain/refusals.js';
import type { EventPayload } from '../../domain/webhooks/message.js';
import { shownUrl, type WebhookFormat } from '../../domain/webhooks/webhook.js';
import type { Db, Tx } from '../db.js';
import { outbox, webhooks } from '../schema/index.js';
import { mapPage, type Page, type PageQuery, placeOfCursor, toPage } from './page.js';

export interface WebhookView {
  readonly id: string;
  readonly name: string;
  /** Without what may be a secret in it. */
  readonly url: string;
  readonly format: WebhookFormat;
  readonly events: readonly string[];
  readonly enabled: boolean;
  readonly version: number;
  readonly createdAt: string;
}

export interface DeliveryView {
  readonly id: string;
  readonly event: string;
  readonly sentence: string;
  readonly state: 'waiting' | 'delivered' | 'given_up';
  readonly attempts: number;
  readonly lastError: string | null;
  readonly createdAt: string;
  readonly nextAt: string | null;
  readonly deliveredAt: string | null;
}

export async function readWebhook(db: Db | Tx, grant: Grant, id: string): Promise<WebhookView> {
  const [row] = await db
    .select()
    .from(webhooks)
    .where(and(eq(webhooks.projectId, grant.projectId), eq(webhooks.id, id)));
  if (!row) throw notFound('webhook', id);
  return toWebhookView(row);
}

/** Newest first. */
export async function pageOfWebhooks(
  db: Db,
  grant: Grant,
  query: PageQuery,
): Promise<Page<WebhookView>> {
  const after = placeOfCursor(query.cursor);
  const rows = await db
    .select()
    .from(webhooks)
    .where(
      and(
        eq(webhooks.projectId, grant.projectId),
        after === undefined ? undefined : lt(webhooks.id, after),
      ),
    )
    .orderBy(desc(webhooks.id))
    .limit(query.limit + 1);
  return mapPage(
    toPage(rows, query.limit, (row) => row.id),
    toWebhookView,
  );
}

/** Newest first. */
export async function pageOfDeliveries(
  db: Db,
  webhookId: string,
  query: PageQuery,
): Promise<Page<DeliveryView>> {
  const after = placeOfCursor(query.cursor);
  const rows = await db
    .select()
    .from(outbox)
    .where(
      and(
        eq(outbox.webhookId, webhookId),
        after === undefined
          ? undefined
          : sql`(${outbox.createdAt}, ${outbox.eventId}) < (
              select created_at, event_id from outbox
              where webhook_id = ${webhookId} and event_id = ${after}
            )`,
      ),
    )
    .orderBy(desc(outbox.createdAt), desc(outbox.eventId))
    .limit(query.limit + 1);
  return mapPage(
    toPage(rows, query.limit, (row) => row.eventId),
    toDeliveryView,
  );
}

export async function readDelivery(
  db: Db,
  webhookId: string,
  eventId: string,
): Promise<DeliveryView | undefined> {
  const [row] = await db
    .select()
    .from(outbox)
    .where(and(eq(outbox.webhookId, webhookId), eq(outbox.eventId, eventId)));
  return row && toDeliveryView(row);
}

function toWebhookView(row: typeof webhooks.$inferSelect): WebhookView {
  const { id, name, format, events, enabled, version } = row;
  return {
    ...{ id, name, url: shownUrl(row.url, format), format, events, enabled, version },
    createdAt: row.createdAt.toISOString(),
  };
}

function toDeliveryView(row: typeof outbox.$inferSelect): DeliveryView {
  const { eventId, event, attempts, lastError, nextAt, deliveredAt } = row;
  const { sentence } = row.payload as EventPayload;
  const unfinished = nextAt === null ? 'given_up' : 'waiting';
  return {
    ...{ id: eventId, event, attempts, lastError },
    sentence: typeof sentence === 'string' ? sentence : '',
    state: deliveredAt === null ? unfinished : 'delivered',
    createdAt: row.createdAt.toISOString(),
    nextAt: nextAt?.toISOString() ?? null,
    deliveredAt: deliveredAt?.toISOString() ?? null,
  };
}

import { and, desc, eq, sql } from 'drizzle-orm';
import type { Grant } from '../../domain/grant.js';
import type { EventPayload } from '../../domain/webhooks/message.js';
import type { Db } from '../db.js';
import { outbox } from '../schema/index.js';
import { webhookStore } from '../webhook-store.js';
import { mapPage, type Page, type PageQuery, placeOfCursor, toPage } from './page.js';

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

/** Newest first. */
export async function pageOfDeliveries(
  db: Db,
  grant: Grant,
  webhookKey: string,
  query: PageQuery,
): Promise<Page<DeliveryView>> {
  const { id: webhookId } = await webhookStore.getRow(db, grant, webhookKey);
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
    toView,
  );
}

export async function findDelivery(
  db: Db,
  webhookId: string,
  eventId: string,
): Promise<DeliveryView | undefined> {
  const [row] = await db
    .select()
    .from(outbox)
    .where(and(eq(outbox.webhookId, webhookId), eq(outbox.eventId, eventId)));
  return row && toView(row);
}

function toView(row: typeof outbox.$inferSelect): DeliveryView {
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

import { sql } from 'drizzle-orm';
import { index, integer, json, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { webhooks } from './webhooks.js';

/** Webhook messages to deliver, written in the transaction of the change that they report. */
export const outbox = pgTable(
  'outbox',
  {
    webhookId: text()
      .notNull()
      .references(() => webhooks.id, { onDelete: 'cascade' }),
    /** `release:version` or `flag:revision`: the same for every delivery attempt. */
    eventId: text().notNull(),
    event: text().notNull(),
    payload: json().notNull(),
    attempts: integer().notNull().default(0),
    createdAt: timestamp({ withTimezone: true, precision: 3 }).notNull().defaultNow(),
    /** Null once the message is delivered or given up. */
    nextAt: timestamp({ withTimezone: true, precision: 3 }).defaultNow(),
    deliveredAt: timestamp({ withTimezone: true, precision: 3 }),
    lastError: text(),
  },
  (t) => [
    primaryKey({ columns: [t.webhookId, t.eventId] }),
    index('outbox_due').on(t.nextAt).where(sql`${t.nextAt} is not null`),
  ],
);

import { bigint, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { environments } from './projects.js';

/**
 * One row for each running SDK client. No index holds `lastSeenAt`, and pages keep room (see the
 * first migration), so that refreshing it every few seconds leaves nothing to vacuum.
 */
export const instances = pgTable(
  'instances',
  {
    environmentId: text()
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    /** Drawn by the client. */
    id: text().notNull(),
    service: text().notNull().default(''),
    serviceVersion: text().notNull().default(''),
    sdk: text().notNull().default(''),
    /** The last batch that was stored: a repeat is acknowledged and not counted. */
    seq: bigint({ mode: 'number' }).notNull().default(0),
    appliedEpoch: text(),
    appliedRevision: bigint({ mode: 'number' }),
    appliedAt: timestamp({ withTimezone: true, precision: 3 }),
    /** Up to when all its events have been sent, in the server's time; null: it sends none. */
    through: timestamp({ withTimezone: true, precision: 3 }),
    firstSeenAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    /** Refreshed by posts, and for open streams by the server that holds them. */
    lastSeenAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.environmentId, t.id] })],
);

/** When an instance first reported a revision; `receivedAt` is the server's clock. */
export const receipts = pgTable(
  'receipts',
  {
    environmentId: text()
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    instanceId: text().notNull(),
    epoch: text().notNull(),
    revision: bigint({ mode: 'number' }).notNull(),
    receivedAt: timestamp({ withTimezone: true, precision: 3 }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.environmentId, t.epoch, t.revision, t.instanceId] })],
);

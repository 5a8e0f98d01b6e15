import { sql } from 'drizzle-orm';
import { boolean, index, pgTable, text, timestamp, unique, uniqueIndex } from 'drizzle-orm/pg-core';
import { environments } from './projects.js';

/** Events around the releases of an environment: deploys, incidents, configuration changes. */
export const markers = pgTable(
  'markers',
  {
    id: text().primaryKey(),
    environmentId: text()
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    type: text().$type<'deploy' | 'config' | 'incident' | 'custom'>().notNull(),
    service: text().notNull().default(''),
    version: text().notNull().default(''),
    commit: text(),
    url: text(),
    actor: text(),
    /** True when the server derived it from the version label of an instance. */
    derived: boolean().notNull().default(false),
    idempotencyKey: text(),
    at: timestamp({ withTimezone: true, precision: 3 }).notNull(),
    endAt: timestamp({ withTimezone: true, precision: 3 }),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    index('markers_environment_at').on(t.environmentId, t.at),
    unique('markers_idempotency').on(t.environmentId, t.idempotencyKey),
    uniqueIndex('markers_one_a_minute')
      .on(
        ...[t.environmentId, t.type, t.service, t.version],
        sql`date_trunc('minute', ${t.at} at time zone 'UTC')`,
      )
      .where(sql`${t.version} <> ''`),
  ],
);

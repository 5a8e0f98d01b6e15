import { sql } from 'drizzle-orm';
import { boolean, integer, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import { projects } from './projects.js';

/** External systems that the gates of a project query for measurements. */
export const sources = pgTable(
  'sources',
  {
    id: text().primaryKey(),
    projectId: text()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    key: text().notNull(),
    name: text().notNull(),
    kind: text().$type<'prometheus' | 'graphite' | 'http-json' | 'probe'>().notNull(),
    url: text().notNull(),
    /** Header sent with each query. The API never returns it. */
    authorization: text(),
    timeoutMs: integer().notNull().default(5_000),
    enabled: boolean().notNull().default(true),
    version: integer().notNull().default(1),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [uniqueIndex('sources_key_unique').on(t.projectId, sql`lower(${t.key})`)],
);

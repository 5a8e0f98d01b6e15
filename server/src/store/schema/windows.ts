import { sql } from 'drizzle-orm';
import { integer, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import { projects } from './projects.js';

/** Times in which exposure may rise (`window`), and times in which it must not (`freeze`). */
export const windows = pgTable(
  'windows',
  {
    id: text().primaryKey(),
    projectId: text()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    key: text().notNull(),
    name: text().notNull(),
    kind: text().$type<'window' | 'freeze'>().notNull(),
    /** Keys of environments; an empty list means all. A freeze binds every release in them. */
    environments: text().array().notNull().default([]),
    /** IANA zone; windows only. */
    timeZone: text(),
    /** ISO weekdays 1 (Monday) to 7; windows only. */
    days: integer().array(),
    /** `HH:MM`; windows only. */
    opens: text(),
    closes: text(),
    /** Freezes only. */
    startsAt: timestamp({ withTimezone: true, precision: 3 }),
    endsAt: timestamp({ withTimezone: true, precision: 3 }),
    version: integer().notNull().default(1),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [uniqueIndex('windows_key_unique').on(t.projectId, sql`lower(${t.key})`)],
);

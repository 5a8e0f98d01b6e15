import type { Condition } from '@sluice/sdk/core';
import { sql } from 'drizzle-orm';
import { integer, json, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import { projects } from './projects.js';

/** A named, reusable condition of a project. */
export const segments = pgTable(
  'segments',
  {
    id: text().primaryKey(),
    projectId: text()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    key: text().notNull(),
    name: text().notNull(),
    description: text().notNull().default(''),
    when: json().$type<Condition>().notNull(),
    version: integer().notNull().default(1),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [uniqueIndex('segments_key_unique').on(t.projectId, sql`lower(${t.key})`)],
);

import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  integer,
  pgTable,
  text,
  timestamp,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';

export const projects = pgTable(
  'projects',
  {
    id: text().primaryKey(),
    key: text().notNull(),
    name: text().notNull(),
    version: integer().notNull().default(1),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [uniqueIndex('projects_key_unique').on(sql`lower(${t.key})`)],
);

export const environments = pgTable(
  'environments',
  {
    id: text().primaryKey(),
    projectId: text()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    key: text().notNull(),
    name: text().notNull(),
    protected: boolean().notNull().default(false),
    position: integer().notNull().default(0),
    version: integer().notNull().default(1),
    /** Which history `revision` belongs to. */
    epoch: text().notNull(),
    /** Counter bumped last in every writing transaction, so numbers follow commit order. */
    revision: bigint({ mode: 'number' }).notNull().default(0),
    revisedAt: timestamp({ withTimezone: true, precision: 3 }).notNull().defaultNow(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('environments_key_unique').on(t.projectId, sql`lower(${t.key})`),
    unique('environments_project_id').on(t.projectId, t.id),
  ],
);

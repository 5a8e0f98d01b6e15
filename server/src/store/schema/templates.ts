import { sql } from 'drizzle-orm';
import { integer, json, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import type { ReleasePlan } from '../../domain/releases/plan.js';
import { projects } from './projects.js';

/** Release plans of a project that a new release can start from, beside the built-in ones. */
export const templates = pgTable(
  'templates',
  {
    id: text().primaryKey(),
    projectId: text()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    key: text().notNull(),
    name: text().notNull(),
    description: text().notNull().default(''),
    plan: json().$type<ReleasePlan>().notNull(),
    version: integer().notNull().default(1),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [uniqueIndex('templates_key_unique').on(t.projectId, sql`lower(${t.key})`)],
);

import { sql } from 'drizzle-orm';
import { integer, json, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import type { MetricDefinition } from '../../domain/metrics/metric.js';
import { projects } from './projects.js';

/** Metrics that a project defines. Built-in metrics exist in every project and are not stored. */
export const metrics = pgTable(
  'metrics',
  {
    id: text().primaryKey(),
    projectId: text()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    key: text().notNull(),
    name: text().notNull(),
    description: text().notNull().default(''),
    definition: json().$type<MetricDefinition>().notNull(),
    version: integer().notNull().default(1),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [uniqueIndex('metrics_key_unique').on(t.projectId, sql`lower(${t.key})`)],
);

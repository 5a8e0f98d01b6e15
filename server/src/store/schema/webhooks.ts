import { boolean, index, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { projects } from './projects.js';

/** Outgoing webhooks of a project. */
export const webhooks = pgTable(
  'webhooks',
  {
    id: text().primaryKey(),
    projectId: text()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    url: text().notNull(),
    format: text().$type<'sluice' | 'chat'>().notNull().default('sluice'),
    /** Signs each message. The API shows it once, when it is created. */
    secret: text().notNull(),
    /** Names of events; an empty list means all. */
    events: text().array().notNull().default([]),
    enabled: boolean().notNull().default(true),
    version: integer().notNull().default(1),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [index('webhooks_project').on(t.projectId)],
);

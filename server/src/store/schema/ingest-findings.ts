import { bigint, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import type { Finding } from '../../domain/metrics/finding.js';
import { environments } from './projects.js';

/** Events that could not be counted as sent, by reason, so that a reader knows what is missing. */
export const ingestFindings = pgTable(
  'ingest_findings',
  {
    environmentId: text()
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    what: text().$type<Finding>().notNull(),
    count: bigint({ mode: 'number' }).notNull(),
    lastAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.environmentId, t.what] })],
);

import { bigint, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { environments } from './projects.js';

/** What each revision touched, so that a reader fetches just that. Old rows are pruned. */
export const revisionChanges = pgTable(
  'revision_changes',
  {
    environmentId: text()
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    revision: bigint({ mode: 'number' }).notNull(),
    at: timestamp({ withTimezone: true, precision: 3 }).notNull(),
    flagKeys: text().array().notNull(),
    segmentKeys: text().array().notNull(),
    /** Flags that this revision killed: SDKs report it at once. */
    killedKeys: text().array().notNull(),
  },
  (t) => [primaryKey({ columns: [t.environmentId, t.revision] })],
);

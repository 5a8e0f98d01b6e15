import {
  bigint,
  doublePrecision,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import { bytea } from './bytea.js';
import { environments } from './projects.js';

/** Counts over time, for charts and for the recent traffic of a flag. */
export const metricSlots = pgTable(
  'metric_slots',
  {
    replica: smallint().notNull(),
    environmentId: text()
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    /** See `domain/metrics/series.ts`. */
    series: text().notNull(),
    /** Start of the slot. */
    at: timestamp({ withTimezone: true }).notNull(),
    /** Length of the slot: 10, or 300 once upkeep has merged it. */
    seconds: integer().notNull().default(10),
    count: bigint({ mode: 'number' }).notNull(),
    sum: doublePrecision().notNull().default(0),
    sketch: bytea(),
  },
  (t) => [
    primaryKey({ columns: [t.environmentId, t.series, t.at, t.replica] }),
    index('metric_slots_at').on(t.at),
  ],
);

import {
  bigint,
  doublePrecision,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
} from 'drizzle-orm/pg-core';
import { bytea } from './bytea.js';
import { releases } from './releases.js';

/**
 * Who was counted, so that each person counts once per metric and scope, in the lowest phase.
 * Metrics `$first` (scope: segment) and `$phase` (scope: phase) hold exposures; a metric's own key
 * its first events; with `!` behind it, the warm-up's included. `unit` is a 64-bit hash. Only
 * ingestion writes here, after a look at the release: a foreign key would ask again for each row.
 */
export const releaseSeen = pgTable(
  'release_seen',
  {
    releaseId: text().notNull(),
    metric: text().notNull(),
    scope: integer().notNull(),
    unit: bigint({ mode: 'bigint' }).notNull(),
    phase: integer().notNull(),
    /** 1 treatment, 0 control, 2 both within one phase: counted for neither. */
    arm: smallint().notNull(),
  },
  (t) => [primaryKey({ columns: [t.releaseId, t.metric, t.scope, t.unit] })],
);

/** Sums of one writer, added when read, so that no two servers wait for one row. */
export const releaseTotals = pgTable(
  'release_totals',
  {
    replica: smallint().notNull(),
    releaseId: text()
      .notNull()
      .references(() => releases.id, { onDelete: 'cascade' }),
    /**
     * A metric's key holds its sums, with `#` behind it how many people count in `release_seen`,
     * and so do `$first`, `$phase` and what ends in `!`; `$exposures` holds exposures.
     */
    metric: text().notNull(),
    phase: integer().notNull(),
    /** As in `release_seen`. */
    arm: smallint().notNull(),
    /** Exposures, events, or people: people who move to another phase are taken off again. */
    count: bigint({ mode: 'number' }).notNull().default(0),
    sum: doublePrecision().notNull().default(0),
    /** 256 sums each; null where the metric has none. */
    bucketSums: doublePrecision().array(),
    bucketCounts: doublePrecision().array(),
    sketch: bytea(),
  },
  (t) => [primaryKey({ columns: [t.replica, t.releaseId, t.metric, t.phase, t.arm] })],
);

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
 * The units that were counted, so that each unit counts once per tally and scope. Only ingestion
 * writes here, after reading the release: a foreign key would check the release again for each row.
 */
export const releaseSeen = pgTable(
  'release_seen',
  {
    releaseId: text().notNull(),
    /** The tally and the key of its metric: `nameInUnits` in `domain/metrics/tally.ts`. */
    metric: text().notNull(),
    /** The phase or the segment within which a unit counts once, depending on the tally. */
    scope: integer().notNull(),
    /** A 64-bit hash. */
    unit: bigint({ mode: 'bigint' }).notNull(),
    /** The lowest phase in which the unit was seen. */
    phase: integer().notNull(),
    /** `ARM_CODES`, or `BOTH_ARMS` when it was seen in both arms of that phase. */
    arm: smallint().notNull(),
  },
  (t) => [primaryKey({ columns: [t.releaseId, t.metric, t.scope, t.unit] })],
);

/** Sums by replica. A reader adds them up, so servers need not wait for each other's rows. */
export const releaseTotals = pgTable(
  'release_totals',
  {
    replica: smallint().notNull(),
    releaseId: text()
      .notNull()
      .references(() => releases.id, { onDelete: 'cascade' }),
    /** The tally and the key of its metric: `nameInTotals` in `domain/metrics/tally.ts`. */
    metric: text().notNull(),
    phase: integer().notNull(),
    /** A code as in `release_seen`. */
    arm: smallint().notNull(),
    /** Exposures, events or units. A unit that moves to another phase is subtracted here. */
    count: bigint({ mode: 'number' }).notNull().default(0),
    sum: doublePrecision().notNull().default(0),
    /** 256 sums each; null unless the tally has buckets. */
    bucketSums: doublePrecision().array(),
    bucketCounts: doublePrecision().array(),
    sketch: bytea(),
  },
  (t) => [primaryKey({ columns: [t.replica, t.releaseId, t.metric, t.phase, t.arm] })],
);

import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { MetricDefinition } from '../../domain/metrics/metric.js';
import { bytea } from './bytea.js';
import { environments, projects } from './projects.js';
import { releases } from './releases.js';

/** What can be watched. Built-in ones exist in every project and are not stored. */
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

/** Counts over time, for charts and for what was evaluated lately. */
export const metricSlots = pgTable(
  'metric_slots',
  {
    replica: smallint().notNull(),
    environmentId: text()
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    /** `flag:<key>:<variant>`, `metric:<event>`, `release:<id>:<phase>:<arm>:<metric>`. */
    series: text().notNull(),
    /** Start of the slot. */
    at: timestamp({ withTimezone: true }).notNull(),
    /** 10, later 300. */
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

/** Where measurements come from that are not ours. */
export const sources = pgTable(
  'sources',
  {
    id: text().primaryKey(),
    projectId: text()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    key: text().notNull(),
    name: text().notNull(),
    kind: text().$type<'prometheus' | 'graphite' | 'http-json' | 'probe'>().notNull(),
    url: text().notNull(),
    /** Sent with each query; never shown again. */
    authorization: text(),
    timeoutMs: integer().notNull().default(5_000),
    enabled: boolean().notNull().default(true),
    version: integer().notNull().default(1),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [uniqueIndex('sources_key_unique').on(t.projectId, sql`lower(${t.key})`)],
);

/** What could not be counted, so that no number is trusted that should not be. */
export const ingestFindings = pgTable(
  'ingest_findings',
  {
    environmentId: text()
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    /** `dropped`, `unattributed`, `late`, `future`, `overflow`, `unknown:<flag>`. */
    what: text().notNull(),
    count: bigint({ mode: 'number' }).notNull(),
    lastAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.environmentId, t.what] })],
);

import { sql } from 'drizzle-orm';
import {
  boolean,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { ReleasePlan } from '../../domain/releases/plan.js';
import { environments, projects } from './projects.js';

/** What happened around the releases of an environment: deploys, incidents, changes of config. */
export const markers = pgTable(
  'markers',
  {
    id: text().primaryKey(),
    environmentId: text()
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    type: text().$type<'deploy' | 'config' | 'incident' | 'custom'>().notNull(),
    service: text().notNull().default(''),
    version: text().notNull().default(''),
    commit: text(),
    url: text(),
    actor: text(),
    /** Seen in the version label of an instance, not told. */
    derived: boolean().notNull().default(false),
    idempotencyKey: text(),
    at: timestamp({ withTimezone: true, precision: 3 }).notNull(),
    endAt: timestamp({ withTimezone: true, precision: 3 }),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    index('markers_environment_at').on(t.environmentId, t.at),
    unique('markers_idempotency').on(t.environmentId, t.idempotencyKey),
    uniqueIndex('markers_one_a_minute')
      .on(
        ...[t.environmentId, t.type, t.service, t.version],
        sql`date_trunc('minute', ${t.at} at time zone 'UTC')`,
      )
      .where(sql`${t.version} <> ''`),
  ],
);

/** When exposure may rise (`window`), or may not (`freeze`). */
export const windows = pgTable(
  'windows',
  {
    id: text().primaryKey(),
    projectId: text()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    key: text().notNull(),
    name: text().notNull(),
    kind: text().$type<'window' | 'freeze'>().notNull(),
    /** Keys of environments; empty: all. Freezes bind every release there. */
    environments: text().array().notNull().default([]),
    /** IANA zone; windows only. */
    timeZone: text(),
    /** ISO weekdays 1 (Monday) to 7; windows only. */
    days: integer().array(),
    /** `HH:MM`; windows only. */
    opens: text(),
    closes: text(),
    /** Freezes only. */
    startsAt: timestamp({ withTimezone: true, precision: 3 }),
    endsAt: timestamp({ withTimezone: true, precision: 3 }),
    version: integer().notNull().default(1),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [uniqueIndex('windows_key_unique').on(t.projectId, sql`lower(${t.key})`)],
);

/** Plans to start from, beside the built-in ones. */
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

/** Who is told. */
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
    /** Signs each message; shown once. */
    secret: text().notNull(),
    /** Names of events; empty: all. */
    events: text().array().notNull().default([]),
    enabled: boolean().notNull().default(true),
    version: integer().notNull().default(1),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [index('webhooks_project').on(t.projectId)],
);

/** Events on their way, written in the transaction of what happened. */
export const outbox = pgTable(
  'outbox',
  {
    webhookId: text()
      .notNull()
      .references(() => webhooks.id, { onDelete: 'cascade' }),
    /** `release:version` or `flag:revision`: the same for every try. */
    eventId: text().notNull(),
    event: text().notNull(),
    payload: json().notNull(),
    attempts: integer().notNull().default(0),
    createdAt: timestamp({ withTimezone: true, precision: 3 }).notNull().defaultNow(),
    /** Null: delivered or given up. */
    nextAt: timestamp({ withTimezone: true, precision: 3 }).defaultNow(),
    deliveredAt: timestamp({ withTimezone: true, precision: 3 }),
    lastError: text(),
  },
  (t) => [
    primaryKey({ columns: [t.webhookId, t.eventId] }),
    index('outbox_due').on(t.nextAt).where(sql`${t.nextAt} is not null`),
  ],
);

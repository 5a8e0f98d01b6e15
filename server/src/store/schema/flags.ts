import type { FlagStatus, FlagType, JsonValue, Rule } from '@sluice/sdk/core';
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  foreignKey,
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
import type { FlagKind } from '../../domain/flag.js';
import { environments, projects } from './projects.js';

/** The definition of a flag: the same in every environment. `json` keeps the order of variants. */
export const flags = pgTable(
  'flags',
  {
    id: text().primaryKey(),
    projectId: text()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    key: text().notNull(),
    name: text().notNull(),
    description: text().notNull().default(''),
    type: text().$type<FlagType>().notNull(),
    seed: text().notNull(),
    variants: json().$type<Readonly<Record<string, JsonValue>>>().notNull(),
    tags: text().array().notNull().default([]),
    owner: text().notNull().default(''),
    kind: text().$type<FlagKind>().notNull().default('release'),
    expectedLifetimeDays: integer(),
    clientVisible: boolean().notNull().default(false),
    archivedAt: timestamp({ withTimezone: true }),
    version: integer().notNull().default(1),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('flags_key_unique').on(t.projectId, sql`lower(${t.key})`),
    uniqueIndex('flags_seed_unique').on(t.projectId, t.seed),
    unique('flags_project_id').on(t.projectId, t.id),
  ],
);

/** What one environment does with a flag. */
export const flagConfigs = pgTable(
  'flag_configs',
  {
    projectId: text().notNull(),
    environmentId: text().notNull(),
    flagId: text().notNull(),
    status: text().$type<FlagStatus>().notNull().default('off'),
    killed: boolean().notNull().default(false),
    killReason: text(),
    killedAt: timestamp({ withTimezone: true, precision: 3 }),
    killedBy: text(),
    /** The revision that the kill made: receipts count who has applied it. */
    killRevision: bigint({ mode: 'number' }),
    parent: text(),
    offVariant: text().notNull(),
    onVariant: text(),
    defaultVariant: text(),
    rules: json().$type<readonly Rule[]>().notNull().default([]),
    version: integer().notNull().default(1),
    updatedAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
    updatedBy: text(),
  },
  (t) => [
    primaryKey({ columns: [t.environmentId, t.flagId] }),
    foreignKey({
      name: 'flag_configs_environment_fk',
      columns: [t.projectId, t.environmentId],
      foreignColumns: [environments.projectId, environments.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'flag_configs_flag_fk',
      columns: [t.projectId, t.flagId],
      foreignColumns: [flags.projectId, flags.id],
    }).onDelete('cascade'),
    index('flag_configs_flag').on(t.flagId),
  ],
);

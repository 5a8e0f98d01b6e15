import { sql } from 'drizzle-orm';
import {
  bigint,
  doublePrecision,
  foreignKey,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Evaluation } from '../../domain/gates/evidence.js';
import {
  readGatesAndLatches,
  readLatches,
  readPinnedGates,
  withSegment,
} from '../../domain/gates/stored.js';
import type { Decision } from '../../domain/releases/decision.js';
import type { ReleasePlan } from '../../domain/releases/plan.js';
import type { PauseReason, ReleaseState } from '../../domain/releases/release.js';
import { bytea } from './bytea.js';
import { flagConfigs } from './flags.js';
import { storedJson } from './stored-json.js';

/** The release before runs on the same rows while servers are replaced, so it finds its names. */
const pinnedJson = storedJson({ read: readPinnedGates, write: withSegment });
const latchesJson = storedJson({ read: readLatches, write: withSegment });
const evaluationJson = storedJson<Evaluation>({ read: readGatesAndLatches });

/** Releases: each opens one rule of a flag in one environment. */
export const releases = pgTable(
  'releases',
  {
    id: text().primaryKey(),
    projectId: text().notNull(),
    environmentId: text().notNull(),
    flagId: text().notNull(),
    ruleId: text().notNull(),
    state: text().$type<ReleaseState>().notNull(),
    pauseReason: text().$type<PauseReason>(),
    plan: json().$type<ReleasePlan>().notNull(),
    /** Index of the plan's step; -1 before the first. */
    step: integer().notNull().default(-1),
    phase: integer().notNull().default(0),
    /** Evidence restarts with each round. */
    round: integer('segment').notNull().default(1),
    /** Percent in force. */
    percent: doublePrecision().notNull(),
    startPercent: doublePrecision().notNull(),
    salt: text().notNull(),
    sample: doublePrecision().notNull().default(1),
    pinned: pinnedJson('frozen'),
    latches: latchesJson(),
    /** The latest evaluation, for the page. A decision keeps the one that it was made from. */
    evaluation: evaluationJson(),
    decision: json().$type<Decision>(),
    startAt: timestamp({ withTimezone: true, precision: 3 }),
    startApprovedBy: text(),
    /** The step that was approved to go on from; -1 none. */
    approvedStep: integer().notNull().default(-1),
    holdUntil: timestamp({ withTimezone: true, precision: 3 }),
    /** The step whose bake somebody skipped; -1 none. */
    bakeSkippedStep: integer().notNull().default(-1),
    bakedMs: doublePrecision().notNull().default(0),
    stepStartedAt: timestamp({ withTimezone: true, precision: 3 }),
    lastTickAt: timestamp({ withTimezone: true, precision: 3 }),
    nextTickAt: timestamp({ withTimezone: true, precision: 3 }),
    /** The revision of the rollback; receipts show which instances have applied it. */
    rollbackRevision: bigint({ mode: 'number' }),
    /** Compare-and-set of every write. */
    version: integer().notNull().default(1),
    createdAt: timestamp({ withTimezone: true, precision: 3 }).notNull().defaultNow(),
    createdBy: text().notNull(),
    startedAt: timestamp({ withTimezone: true, precision: 3 }),
    endedAt: timestamp({ withTimezone: true, precision: 3 }),
  },
  (t) => [
    foreignKey({
      name: 'releases_flag_config_fk',
      columns: [t.environmentId, t.flagId],
      foreignColumns: [flagConfigs.environmentId, flagConfigs.flagId],
    }).onDelete('cascade'),
    uniqueIndex('releases_one_active')
      .on(t.environmentId, t.flagId)
      .where(
        sql`${t.state} in ('draft', 'scheduled', 'running', 'final_bake', 'paused', 'rolling_back')`,
      ),
    index('releases_due').on(t.nextTickAt).where(sql`${t.nextTickAt} is not null`),
    index('releases_flag').on(t.environmentId, t.flagId, t.createdAt),
  ],
);

/** A stretch with one constant allocation. Append-only, but for its end. */
export const releasePhases = pgTable(
  'release_phases',
  {
    releaseId: text()
      .notNull()
      .references(() => releases.id, { onDelete: 'cascade' }),
    phase: integer().notNull(),
    round: integer('segment').notNull(),
    step: integer().notNull(),
    percent: doublePrecision().notNull(),
    revision: bigint({ mode: 'number' }),
    startedAt: timestamp({ withTimezone: true, precision: 3 }).notNull(),
    endedAt: timestamp({ withTimezone: true, precision: 3 }),
    /** Why it began: `step`, `pause`, `rollback`, `audience`, `override` … */
    cause: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.releaseId, t.phase] })],
);

/** What was decided, by whom and from which numbers: enough to decide it again. */
export const decisions = pgTable(
  'decisions',
  {
    releaseId: text()
      .notNull()
      .references(() => releases.id, { onDelete: 'cascade' }),
    /** Version of the release that the decision made. */
    version: integer().notNull(),
    at: timestamp({ withTimezone: true, precision: 3 }).notNull(),
    action: text().notNull(),
    sentence: text().notNull(),
    actor: json().$type<{ kind: string; id: string; name: string }>().notNull(),
    reason: text(),
    decision: json().$type<Decision>(),
    /** Gzipped JSON of everything the verdict was computed from; null for a person's act. */
    inputs: bytea(),
    inputsHash: text(),
    serverVersion: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.releaseId, t.version] })],
);

/** Answers to commands by idempotency key: a repeat gets the first answer. */
export const releaseCommands = pgTable(
  'release_commands',
  {
    environmentId: text().notNull(),
    idempotencyKey: text().notNull(),
    releaseId: text()
      .notNull()
      .references(() => releases.id, { onDelete: 'cascade' }),
    command: text().notNull(),
    at: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.environmentId, t.idempotencyKey] })],
);

/** Outside measurements per tick; the newest thousand are kept. */
export const gateTicks = pgTable(
  'gate_ticks',
  {
    releaseId: text()
      .notNull()
      .references(() => releases.id, { onDelete: 'cascade' }),
    metric: text().notNull(),
    at: timestamp({ withTimezone: true, precision: 3 }).notNull(),
    status: text().$type<'OK' | 'BREACH' | 'NO_DATA' | 'ERROR'>().notNull(),
    value: doublePrecision(),
    message: text(),
  },
  (t) => [primaryKey({ columns: [t.releaseId, t.metric, t.at] })],
);

import { and, desc, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import type { EnvironmentGrant, Grant } from '../domain/grant.js';
import type { ReleasePlan } from '../domain/releases/plan.js';
import { OPEN_STATES } from '../domain/releases/release.js';
import type { Db, Tx } from './db.js';
import {
  flagConfigs,
  flags,
  releaseCommands,
  releasePhases,
  releases,
  templates,
} from './schema/index.js';
import { refuseDuplicate } from './unique-violation.js';

export type ReleaseRow = typeof releases.$inferSelect;
export type NewRelease = typeof releases.$inferInsert;
export type PhaseRow = typeof releasePhases.$inferSelect;

export async function insertRelease(tx: Tx, row: NewRelease, refusal: () => Error): Promise<void> {
  await refuseDuplicate(tx.insert(releases).values(row), 'releases_one_active', refusal);
}

/** The row, locked until commit. Lock the flag's config first, as every caller does. */
export async function lockRelease(
  tx: Tx,
  grant: EnvironmentGrant,
  flagId: string,
  id: string,
): Promise<ReleaseRow | undefined> {
  const [row] = await tx
    .select()
    .from(releases)
    .where(and(isHere(grant, flagId), eq(releases.id, id)))
    .for('no key update');
  return row;
}

/** The release that has not ended, if any, locked until commit. */
export async function lockOpenRelease(
  tx: Tx,
  grant: EnvironmentGrant,
  flagId: string,
): Promise<ReleaseRow | undefined> {
  const [row] = await tx
    .select()
    .from(releases)
    .where(and(isHere(grant, flagId), inArray(releases.state, [...OPEN_STATES])))
    .for('no key update');
  return row;
}

/** The newest release, in whatever state. */
export async function findLatestRelease(
  tx: Tx,
  grant: EnvironmentGrant,
  flagId: string,
): Promise<ReleaseRow | undefined> {
  const [row] = await tx
    .select()
    .from(releases)
    .where(isHere(grant, flagId))
    .orderBy(desc(releases.createdAt), desc(releases.id))
    .limit(1);
  return row;
}

export interface CompareAndSet {
  readonly id: string;
  readonly version: number;
  /** While the flag is killed, only the end of a release may be saved. */
  readonly evenKilled?: boolean;
}

/** Writes nothing and returns false when another write was first or the flag is killed. */
export async function saveRelease(
  tx: Tx,
  { id, version, evenKilled = false }: CompareAndSet,
  change: Partial<ReleaseRow>,
): Promise<boolean> {
  const rows = await tx
    .update(releases)
    .set({ ...change, version: sql`${releases.version} + 1` })
    .where(and(isVersion(id, version), evenKilled ? undefined : notKilled()))
    .returning({ id: releases.id });
  return rows.length === 1;
}

/** A separate update, because the revision is assigned last in the transaction. */
export async function saveRollbackRevision(tx: Tx, id: string, revision: number): Promise<void> {
  await tx.update(releases).set({ rollbackRevision: revision }).where(eq(releases.id, id));
}

/** The part of a release that each tick writes. */
export type TickResult = Pick<
  ReleaseRow,
  'evaluation' | 'decision' | 'latches' | 'pinned' | 'bakedMs' | 'lastTickAt'
>;

/**
 * Saves the result of a tick that moves nothing, without a new version. A tick that was overtaken by
 * another tick or a move writes nothing.
 */
export async function saveTickResult(
  db: Db | Tx,
  seen: Pick<ReleaseRow, 'id' | 'version' | 'lastTickAt'>,
  result: Partial<TickResult>,
): Promise<boolean> {
  const rows = await db
    .update(releases)
    .set(result)
    .where(
      and(
        isVersion(seen.id, seen.version),
        seen.lastTickAt === null
          ? isNull(releases.lastTickAt)
          : eq(releases.lastTickAt, seen.lastTickAt),
      ),
    )
    .returning({ id: releases.id });
  return rows.length === 1;
}

/** Returns false when the flag is killed. The version changes only with the status. */
export async function saveManagedRules(
  tx: Tx,
  grant: EnvironmentGrant,
  flagId: string,
  { evenKilled, ...change }: ManagedChange,
): Promise<boolean> {
  const rows = await tx
    .update(flagConfigs)
    .set({
      rules: change.rules,
      ...(change.status === undefined
        ? {}
        : { status: change.status, version: sql`${flagConfigs.version} + 1` }),
    })
    .where(
      and(
        eq(flagConfigs.projectId, grant.projectId),
        eq(flagConfigs.environmentId, grant.environmentId),
        eq(flagConfigs.flagId, flagId),
        evenKilled ? undefined : eq(flagConfigs.killed, false),
      ),
    )
    .returning({ flagId: flagConfigs.flagId });
  return rows.length === 1;
}

export interface ManagedChange {
  readonly rules: (typeof flagConfigs.$inferSelect)['rules'];
  /** Set when a start created the rule, so that editors must reload. */
  readonly status?: (typeof flagConfigs.$inferSelect)['status'] | undefined;
  readonly evenKilled?: boolean;
}

/** Ends the current phase and begins the next one. */
export async function insertPhase(tx: Tx, phase: typeof releasePhases.$inferInsert): Promise<void> {
  await endPhase(tx, phase.releaseId, phase.startedAt);
  await tx.insert(releasePhases).values(phase);
}

export async function endPhase(tx: Tx, releaseId: string, at: Date): Promise<void> {
  await tx
    .update(releasePhases)
    .set({ endedAt: at })
    .where(and(eq(releasePhases.releaseId, releaseId), isNull(releasePhases.endedAt)));
}

/** Lists every percentage that the release has had. */
export async function listPercents(tx: Tx, releaseId: string): Promise<readonly number[]> {
  const rows = await tx
    .selectDistinct({ percent: releasePhases.percent })
    .from(releasePhases)
    .where(eq(releasePhases.releaseId, releaseId));
  return rows.map((row) => row.percent);
}

export async function findCommand(tx: Tx, grant: EnvironmentGrant, idempotencyKey: string) {
  const [row] = await tx
    .select()
    .from(releaseCommands)
    .where(
      and(
        eq(releaseCommands.environmentId, grant.environmentId),
        eq(releaseCommands.idempotencyKey, idempotencyKey),
      ),
    );
  return row;
}

/** Returns false when the key has been used in the meantime. */
export async function insertCommand(
  tx: Tx,
  command: typeof releaseCommands.$inferInsert,
): Promise<boolean> {
  const rows = await tx
    .insert(releaseCommands)
    .values(command)
    .onConflictDoNothing()
    .returning({ key: releaseCommands.idempotencyKey });
  return rows.length === 1;
}

export interface OpenRelease {
  readonly release: ReleaseRow;
  readonly config: typeof flagConfigs.$inferSelect;
  readonly flagKey: string;
}

/** Releases of the project that have not ended, by environment; nothing is locked. */
export async function listOpenReleases(tx: Db | Tx, grant: Grant): Promise<readonly OpenRelease[]> {
  const rows = await tx
    .select()
    .from(releases)
    .innerJoin(
      flagConfigs,
      and(
        eq(flagConfigs.environmentId, releases.environmentId),
        eq(flagConfigs.flagId, releases.flagId),
      ),
    )
    .innerJoin(flags, eq(flags.id, releases.flagId))
    .where(and(eq(releases.projectId, grant.projectId), inArray(releases.state, [...OPEN_STATES])))
    .orderBy(releases.environmentId, releases.flagId);
  return rows.map((row) => ({
    release: row.releases,
    config: row.flag_configs,
    flagKey: row.flags.key,
  }));
}

/** Finds the plan of a template that the project defined. */
export async function findTemplatePlan(
  db: Db | Tx,
  grant: Grant,
  key: string,
): Promise<ReleasePlan | undefined> {
  const [row] = await db
    .select({ plan: templates.plan })
    .from(templates)
    .where(and(eq(templates.projectId, grant.projectId), eq(templates.key, key)));
  return row?.plan;
}

function isHere(grant: EnvironmentGrant, flagId: string): SQL | undefined {
  return and(
    eq(releases.projectId, grant.projectId),
    eq(releases.environmentId, grant.environmentId),
    eq(releases.flagId, flagId),
  );
}

function isVersion(id: string, version: number): SQL | undefined {
  return and(eq(releases.id, id), eq(releases.version, version));
}

function notKilled(): SQL {
  return sql`not exists (
    select from ${flagConfigs} where ${flagConfigs.environmentId} = ${releases.environmentId}
      and ${flagConfigs.flagId} = ${releases.flagId} and ${flagConfigs.killed}
  )`;
}

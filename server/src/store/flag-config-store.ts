import { and, eq, getTableColumns, isNull, type SQL, sql } from 'drizzle-orm';
import type { EnvironmentGrant, Grant } from '../domain/grant.js';
import { notFound } from '../domain/refusals.js';
import type { Db, Tx } from './db.js';
import { OPEN_RELEASE, type OpenReleaseView } from './read-models/flag-config-view.js';
import { environments, flagConfigs, flags } from './schema/index.js';

export type FlagConfigRow = typeof flagConfigs.$inferSelect;
export type FlagConfigChange = Pick<
  FlagConfigRow,
  'status' | 'parent' | 'offVariant' | 'onVariant' | 'defaultVariant' | 'rules'
>;

export async function insertFlagConfigs(
  tx: Tx,
  grant: Grant,
  configs: readonly Pick<
    FlagConfigRow,
    'environmentId' | 'flagId' | 'offVariant' | 'onVariant' | 'defaultVariant'
  >[],
): Promise<void> {
  if (configs.length === 0) return;
  const { projectId } = grant;
  await tx.insert(flagConfigs).values(configs.map((config) => ({ ...config, projectId })));
}

export interface LockedConfig extends FlagConfigRow {
  readonly release: OpenReleaseView | null;
}

/** The row, locked until commit. */
export async function lockFlagConfig(
  tx: Tx,
  grant: EnvironmentGrant,
  flag: { readonly id: string; readonly key: string },
): Promise<LockedConfig> {
  const [row] = await tx
    .select({ ...getTableColumns(flagConfigs), release: OPEN_RELEASE })
    .from(flagConfigs)
    .where(isConfig(grant, flag.id))
    .for('no key update');
  if (!row) throw notFound('flag', flag.key);
  return row;
}

/** Like `lockFlagConfig`, by the key of the flag. */
export async function lockConfigOf(
  tx: Tx,
  grant: EnvironmentGrant,
  key: string,
): Promise<{ readonly flag: { readonly id: string; readonly key: string }; row: LockedConfig }> {
  const [found] = await tx
    .select({
      flag: { id: flags.id, key: flags.key },
      row: { ...getTableColumns(flagConfigs), release: OPEN_RELEASE },
    })
    .from(flagConfigs)
    .innerJoin(flags, eq(flags.id, flagConfigs.flagId))
    .where(
      and(
        eq(flagConfigs.environmentId, grant.environmentId),
        eq(flags.projectId, grant.projectId),
        eq(flags.key, key),
      ),
    )
    .for('no key update', { of: flagConfigs });
  if (!found) throw notFound('flag', key);
  return found;
}

/** Saves an edit. It never writes `killed`, so an edit and a kill cannot undo each other. */
export async function saveFlagConfig(
  tx: Tx,
  grant: EnvironmentGrant,
  flagId: string,
  change: FlagConfigChange & Pick<FlagConfigRow, 'updatedBy'>,
): Promise<void> {
  await tx
    .update(flagConfigs)
    .set({ ...change, version: sql`${flagConfigs.version} + 1`, updatedAt: sql`now()` })
    .where(isConfig(grant, flagId));
}

export interface Kill {
  readonly reason: string;
  readonly by: string;
  readonly at: Date;
  readonly revision: number;
}

export function killColumns({ reason, by, at, revision }: Kill) {
  const who = { killReason: reason, killedBy: by };
  return { killed: true, ...who, killedAt: at, killRevision: revision };
}

const NOT_KILLED = {
  killed: false,
  killReason: null,
  killedAt: null,
  killedBy: null,
  killRevision: null,
};

/**
 * Keeps `version`, so a kill does not make an editor's draft stale. Returns false when the flag is
 * archived, which may have happened before its config was locked.
 */
export async function saveKill(
  tx: Tx,
  grant: EnvironmentGrant,
  flagId: string,
  kill: Kill,
): Promise<boolean> {
  const isLive = sql`exists (select from ${flags} where ${flags.id} = ${flagId}
    and ${flags.archivedAt} is null)`;
  const saved = await tx
    .update(flagConfigs)
    .set(killColumns(kill))
    .where(and(isConfig(grant, flagId), isLive))
    .returning({ flagId: flagConfigs.flagId });
  return saved.length > 0;
}

export async function clearKill(tx: Tx, grant: EnvironmentGrant, flagId: string): Promise<void> {
  await tx.update(flagConfigs).set(NOT_KILLED).where(isConfig(grant, flagId));
}

export interface ConfigOfFlag extends FlagConfigRow {
  readonly environmentKey: string;
  readonly flagKey: string;
  readonly archived: boolean;
}

/** Locks the flag's configs in every environment of the project, so that a kill has to wait. */
export async function lockConfigsOfFlag(
  tx: Tx,
  grant: Grant,
  flagId: string,
): Promise<readonly ConfigOfFlag[]> {
  await tx
    .select({ flagId: flagConfigs.flagId })
    .from(flagConfigs)
    .where(and(eq(flagConfigs.projectId, grant.projectId), eq(flagConfigs.flagId, flagId)))
    .orderBy(flagConfigs.environmentId)
    .for('no key update');
  return selectConfigs(tx, eq(flagConfigs.flagId, flagId), grant);
}

/** Lists flags with this parent in any environment, including archived flags. */
export async function listChildren(
  tx: Tx,
  grant: Grant,
  parent: string,
): Promise<readonly ConfigOfFlag[]> {
  return selectConfigs(tx, eq(flagConfigs.parent, parent), grant);
}

/** Lists configs whose rules may name the segment: a cheap filter; the caller checks exactly. */
export async function listConfigsMentioning(
  tx: Db | Tx,
  grant: Grant,
  segmentKey: string | null,
): Promise<readonly ConfigOfFlag[]> {
  const needle = segmentKey === null ? '"segment"' : `"${segmentKey}"`;
  return selectConfigs(tx, sql`strpos(${flagConfigs.rules}::text, ${needle}) > 0`, grant);
}

/** Maps flags of one environment to their parents. An archived flag cannot be a parent. */
export async function listParents(
  db: Db | Tx,
  grant: EnvironmentGrant,
): Promise<ReadonlyMap<string, string | null>> {
  const rows = await db
    .select({ key: flags.key, parent: flagConfigs.parent })
    .from(flagConfigs)
    .innerJoin(flags, eq(flags.id, flagConfigs.flagId))
    .where(
      and(
        eq(flagConfigs.projectId, grant.projectId),
        eq(flagConfigs.environmentId, grant.environmentId),
        isNull(flags.archivedAt),
      ),
    );
  return new Map(rows.map((row) => [row.key, row.parent]));
}

function selectConfigs(tx: Db | Tx, condition: SQL, grant: Grant) {
  return tx
    .select()
    .from(flagConfigs)
    .innerJoin(flags, eq(flags.id, flagConfigs.flagId))
    .innerJoin(environments, eq(environments.id, flagConfigs.environmentId))
    .where(and(eq(flagConfigs.projectId, grant.projectId), condition))
    .orderBy(environments.position, sql`${flags.key} collate "C"`)
    .then((rows) =>
      rows.map((row) => ({
        ...row.flag_configs,
        environmentKey: row.environments.key,
        flagKey: row.flags.key,
        archived: row.flags.archivedAt !== null,
      })),
    );
}

function isConfig(grant: EnvironmentGrant, flagId: string) {
  return and(
    eq(flagConfigs.projectId, grant.projectId),
    eq(flagConfigs.environmentId, grant.environmentId),
    eq(flagConfigs.flagId, flagId),
  );
}

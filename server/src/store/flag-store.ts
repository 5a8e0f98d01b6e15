import { and, eq, isNull, like, or, sql } from 'drizzle-orm';
import type { Grant } from '../domain/grant.js';
import { alreadyExists, notFound } from '../domain/refusals.js';
import type { Db, Tx } from './db.js';
import { flags } from './schema/index.js';
import { refuseDuplicate } from './unique-violation.js';

export type FlagRow = typeof flags.$inferSelect;
export type FlagChange = Pick<
  FlagRow,
  | 'name'
  | 'description'
  | 'variants'
  | 'tags'
  | 'owner'
  | 'kind'
  | 'expectedLifetimeDays'
  | 'clientVisible'
>;
export type NewFlagRow = FlagChange & Pick<FlagRow, 'id' | 'key' | 'type' | 'seed'>;

export async function insertFlag(tx: Tx, grant: Grant, flag: NewFlagRow): Promise<void> {
  await refuseDuplicate(
    tx.insert(flags).values({ ...flag, projectId: grant.projectId }),
    'flags_key_unique',
    () => alreadyExists('flag', flag.key),
  );
}

/** Locks the row until commit, so a caller compares the current version. */
export async function lockFlag(tx: Tx, grant: Grant, key: string): Promise<FlagRow> {
  const [row] = await tx.select().from(flags).where(isFlag(grant, key)).for('no key update');
  if (!row) throw notFound('flag', key);
  return row;
}

export async function findFlag(db: Db | Tx, grant: Grant, key: string): Promise<FlagRow> {
  const [row] = await db.select().from(flags).where(isFlag(grant, key));
  if (!row) throw notFound('flag', key);
  return row;
}

export async function saveFlag(
  tx: Tx,
  grant: Grant,
  key: string,
  change: FlagChange,
): Promise<void> {
  await tx
    .update(flags)
    .set({ ...change, version: sql`${flags.version} + 1`, updatedAt: sql`now()` })
    .where(isFlag(grant, key));
}

export async function saveArchived(
  tx: Tx,
  grant: Grant,
  key: string,
  isArchived: boolean,
): Promise<void> {
  await tx
    .update(flags)
    .set({
      archivedAt: isArchived ? sql`now()` : null,
      version: sql`${flags.version} + 1`,
      updatedAt: sql`now()`,
    })
    .where(isFlag(grant, key));
}

export async function deleteFlagRow(tx: Tx, grant: Grant, key: string): Promise<void> {
  await tx.delete(flags).where(isFlag(grant, key));
}

export async function countLiveFlags(tx: Tx, grant: Grant): Promise<number> {
  return tx.$count(flags, and(eq(flags.projectId, grant.projectId), isNull(flags.archivedAt)));
}

/** Lists seeds of the project that equal `base` or begin with `base-`. */
export async function listSeeds(tx: Tx, grant: Grant, base: string): Promise<readonly string[]> {
  const pattern = `${base.replaceAll(/[\\%_]/g, '\\$&')}-%`;
  const rows = await tx
    .select({ seed: flags.seed })
    .from(flags)
    .where(
      and(
        eq(flags.projectId, grant.projectId),
        or(eq(flags.seed, base), like(flags.seed, pattern)),
      ),
    );
  return rows.map((row) => row.seed);
}

function isFlag(grant: Grant, key: string) {
  return and(eq(flags.projectId, grant.projectId), eq(flags.key, key));
}

import { and, desc, eq, gt, inArray, isNotNull, isNull, lt, or, type SQL } from 'drizzle-orm';
import type { Grant } from '../domain/grant.js';
import type { KeyKind } from '../domain/key-secret.js';
import type { Db, Tx } from './db.js';
import { environments, keys } from './schema/index.js';

export interface NewKey {
  readonly id: string;
  readonly kind: KeyKind;
  readonly name: string;
  readonly projectId: string | null;
  readonly environmentId: string | null;
  readonly secretHash: string;
  readonly hint: string;
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

export interface KeyRow extends Omit<NewKey, 'secretHash' | 'projectId'> {
  readonly environmentKey: string | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** The access that a key grants once its secret has been recognised. */
export interface StoredKey {
  readonly id: string;
  readonly kind: KeyKind;
  readonly name: string;
  readonly projectId: string | null;
  readonly environmentId: string | null;
  readonly secretHash: string;
  readonly expiresAt: Date | null;
}

const STORED = {
  id: keys.id,
  kind: keys.kind,
  name: keys.name,
  projectId: keys.projectId,
  environmentId: keys.environmentId,
  secretHash: keys.secretHash,
  expiresAt: keys.expiresAt,
};

const SHOWN = {
  id: keys.id,
  kind: keys.kind,
  name: keys.name,
  environmentId: keys.environmentId,
  environmentKey: environments.key,
  hint: keys.hint,
  createdBy: keys.createdBy,
  createdAt: keys.createdAt,
  expiresAt: keys.expiresAt,
  revokedAt: keys.revokedAt,
  lastUsedAt: keys.lastUsedAt,
};

/** A live key is neither revoked nor expired. */
function isLive(now: Date): SQL | undefined {
  return and(isNull(keys.revokedAt), or(isNull(keys.expiresAt), gt(keys.expiresAt, now)));
}

export async function findLiveKey(
  db: Db,
  secretHash: string,
  now: Date,
): Promise<StoredKey | undefined> {
  const [row] = await db
    .select(STORED)
    .from(keys)
    .where(and(eq(keys.secretHash, secretHash), isLive(now)));
  return row;
}

/** Also finds revoked and expired keys. */
export async function findKeyByHash(db: Db, secretHash: string): Promise<StoredKey | undefined> {
  const [row] = await db.select(STORED).from(keys).where(eq(keys.secretHash, secretHash));
  return row;
}

/** Returns the ids of live keys, in one query for all connections. */
export async function findLiveKeyIds(
  db: Db,
  ids: readonly string[],
  now: Date,
): Promise<ReadonlySet<string>> {
  const rows = await db
    .select({ id: keys.id })
    .from(keys)
    .where(and(inArray(keys.id, [...ids]), isLive(now)));
  return new Set(rows.map((row) => row.id));
}

/** Lists all live SDK keys, for a copy that works while the database is down. */
export async function listLiveSdkKeys(db: Db, now: Date): Promise<readonly StoredKey[]> {
  return db
    .select(STORED)
    .from(keys)
    .where(and(isNotNull(keys.environmentId), isLive(now)))
    .orderBy(keys.id);
}

/** Returns false when a key with this secret already exists. */
export async function insertKey(tx: Tx, key: NewKey): Promise<boolean> {
  const rows = await tx.insert(keys).values(key).onConflictDoNothing().returning({ id: keys.id });
  return rows.length === 1;
}

export interface KeyPage {
  readonly limit: number;
  /** The id of the last key on the previous page. */
  readonly after: string | null;
}

export async function listKeys(
  db: Db,
  grant: Grant<'key:read'>,
  page: KeyPage,
): Promise<readonly KeyRow[]> {
  return db
    .select(SHOWN)
    .from(keys)
    .leftJoin(environments, eq(environments.id, keys.environmentId))
    .where(
      and(
        eq(keys.projectId, grant.projectId),
        page.after === null ? undefined : lt(keys.id, page.after),
      ),
    )
    .orderBy(desc(keys.id))
    .limit(page.limit);
}

export async function lockKey(
  tx: Tx,
  grant: Grant<'key:write'>,
  id: string,
): Promise<KeyRow | undefined> {
  const [row] = await tx
    .select(SHOWN)
    .from(keys)
    .leftJoin(environments, eq(environments.id, keys.environmentId))
    .where(and(eq(keys.projectId, grant.projectId), eq(keys.id, id)))
    .for('update', { of: keys });
  return row;
}

export async function markKeyRevoked(
  tx: Tx,
  grant: Grant<'key:write'>,
  id: string,
  now: Date,
): Promise<void> {
  await tx
    .update(keys)
    .set({ revokedAt: now })
    .where(and(eq(keys.projectId, grant.projectId), eq(keys.id, id)));
}

export async function markKeysUsed(db: Db, ids: readonly string[], now: Date): Promise<void> {
  await db
    .update(keys)
    .set({ lastUsedAt: now })
    .where(inArray(keys.id, [...ids]));
}

import { and, asc, eq, gt, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { EnvironmentGrant, Grant } from '../domain/grant.js';
import type { Tx } from './db.js';
import { flags, keys } from './schema/index.js';

/** A rejection names only a few items, so more rows are not needed. */
const READ_MAX = 100;

/** Names, for users, what prevents the deletion of a project. */
export async function namesInProject(tx: Tx, grant: Grant): Promise<readonly string[]> {
  const rows = await tx
    .select({ key: flags.key })
    .from(flags)
    .where(and(eq(flags.projectId, grant.projectId), isNull(flags.archivedAt)))
    .orderBy(asc(sql`${flags.key} collate "C"`))
    .limit(READ_MAX);
  const keysInForce = await nameKeys(tx, eq(keys.projectId, grant.projectId));
  return [...rows.map((row) => `flag "${row.key}"`), ...keysInForce];
}

/** Names the SDK keys that prevent the deletion of an environment. */
export async function namesInEnvironment(
  tx: Tx,
  grant: EnvironmentGrant,
): Promise<readonly string[]> {
  return nameKeys(tx, eq(keys.environmentId, grant.environmentId));
}

async function nameKeys(tx: Tx, scope: SQL): Promise<readonly string[]> {
  const rows = await tx
    .select({ name: keys.name, kind: keys.kind, hint: keys.hint })
    .from(keys)
    .where(
      and(
        scope,
        isNull(keys.revokedAt),
        or(isNull(keys.expiresAt), gt(keys.expiresAt, sql`now()`)),
      ),
    )
    .orderBy(asc(keys.id))
    .limit(READ_MAX);
  return rows.map((row) => `${row.kind} key "${row.name}" (${row.hint})`);
}

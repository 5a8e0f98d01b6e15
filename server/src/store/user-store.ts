import { and, eq, sql } from 'drizzle-orm';
import type { AccountGrant, InstallationGrant } from '../domain/grant.js';
import type { Db, Tx } from './db.js';
import { users } from './schema/index.js';

export type UserRow = typeof users.$inferSelect;

/** The comparison of addresses ignores case. */
export async function findUserByEmail(db: Db, email: string): Promise<UserRow | undefined> {
  const [row] = await db
    .select()
    .from(users)
    .where(eq(sql`lower(${users.email})`, email.toLowerCase()));
  return row;
}

export async function hasUsers(db: Db | Tx): Promise<boolean> {
  const rows = await db.select({ id: users.id }).from(users).limit(1);
  return rows.length > 0;
}

/** Holds a lock until commit, so that two requests cannot both create a first admin. */
export async function lockUsers(tx: Tx): Promise<void> {
  await tx.execute(sql`lock table ${users} in share row exclusive mode`);
}

export interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
}

export async function insertUser(
  tx: Tx,
  _grant: InstallationGrant,
  user: NewUser,
): Promise<UserRow> {
  const [row] = await tx.insert(users).values(user).returning();
  return row as UserRow;
}

/** Returns false when the stored hash has changed since it was read. */
export async function savePasswordHash(
  db: Db | Tx,
  user: Pick<UserRow, 'id' | 'passwordHash'>,
  passwordHash: string,
): Promise<boolean> {
  const rows = await db
    .update(users)
    .set({ passwordHash })
    .where(and(eq(users.id, user.id), eq(users.passwordHash, user.passwordHash)))
    .returning({ id: users.id });
  return rows.length > 0;
}

/** Locks the row until commit, so changes of a password and of its sessions are serialized. */
export async function lockPasswordHash(tx: Tx, grant: AccountGrant): Promise<string | undefined> {
  const [row] = await tx
    .select({ passwordHash: users.passwordHash })
    .from(users)
    .where(eq(users.id, grant.userId))
    .for('update');
  return row?.passwordHash;
}

import { and, eq, lt, ne, or } from 'drizzle-orm';
import type { AccountGrant } from '../domain/grant.js';
import type { Db, Tx } from './db.js';
import { sessions, users } from './schema/index.js';

export interface SessionRow {
  readonly createdAt: Date;
  readonly seenAt: Date;
  readonly user: {
    readonly id: string;
    readonly email: string;
    readonly name: string;
    readonly role: 'admin';
  };
}

export async function findSession(db: Db, idHash: string): Promise<SessionRow | undefined> {
  const [row] = await db
    .select({
      createdAt: sessions.createdAt,
      seenAt: sessions.seenAt,
      user: { id: users.id, email: users.email, name: users.name, role: users.role },
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.idHash, idHash));
  return row;
}

export async function touchSession(db: Db, idHash: string, now: Date): Promise<void> {
  await db.update(sessions).set({ seenAt: now }).where(eq(sessions.idHash, idHash));
}

export interface NewSession {
  readonly idHash: string;
  readonly userId: string;
  readonly now: Date;
}

export async function insertSession(db: Db | Tx, session: NewSession): Promise<void> {
  const { idHash, userId, now } = session;
  await db.insert(sessions).values({ idHash, userId, createdAt: now, seenAt: now });
}

export async function deleteSession(db: Db | Tx, idHash: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.idHash, idHash));
}

/** Returns the number of deleted sessions. */
export async function deleteOtherSessions(
  tx: Tx,
  grant: AccountGrant,
  keptIdHash: string,
): Promise<number> {
  const rows = await tx
    .delete(sessions)
    .where(and(eq(sessions.userId, grant.userId), ne(sessions.idHash, keptIdHash)))
    .returning({ idHash: sessions.idHash });
  return rows.length;
}

/** Deletes sessions that are no longer valid. */
export async function deleteStaleSessions(
  db: Db | Tx,
  limits: { seenBefore: Date; createdBefore: Date },
): Promise<void> {
  await db
    .delete(sessions)
    .where(
      or(lt(sessions.seenAt, limits.seenBefore), lt(sessions.createdAt, limits.createdBefore)),
    );
}

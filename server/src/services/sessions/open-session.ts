import type { Db } from '../../store/db.js';
import {
  deleteSession,
  deleteStaleSessions,
  insertSession,
  type SessionRow,
} from '../../store/session-store.js';
import type { UserRow } from '../../store/user-store.js';
import { drawSessionId, hashSessionId } from './session-id.js';
import { SESSION_AGE_MS_MAX, SESSION_IDLE_MS } from './verify-session.js';

export interface OpenedSession {
  /** The cookie's value; it is not stored. */
  readonly id: string;
  readonly user: SessionRow['user'];
}

/** Always a new id, so that one planted before signing in is worth nothing after. */
export async function openSession(
  db: Db,
  user: UserRow,
  { now, oldSessionId }: { now: Date; oldSessionId: string | undefined },
): Promise<OpenedSession> {
  const id = drawSessionId();
  await insertSession(db, { idHash: hashSessionId(id) as string, userId: user.id, now });
  const oldHash = oldSessionId === undefined ? null : hashSessionId(oldSessionId);
  if (oldHash !== null) await deleteSession(db, oldHash);
  await deleteStaleSessions(db, {
    seenBefore: new Date(now.getTime() - SESSION_IDLE_MS),
    createdBefore: new Date(now.getTime() - SESSION_AGE_MS_MAX),
  });
  const { email, name, role } = user;
  return { id, user: { id: user.id, email, name, role } };
}

import type { Db } from '../../store/db.js';
import { findSession, type SessionRow, touchSession } from '../../store/session-store.js';
import { hashSessionId } from './session-id.js';

export const SESSION_IDLE_MS = 12 * 60 * 60 * 1000;
export const SESSION_AGE_MS_MAX = 7 * 24 * 60 * 60 * 1000;
const TOUCH_INTERVAL_MS = 60_000;

export interface SignedIn {
  readonly idHash: string;
  readonly user: SessionRow['user'];
}

/** Null for a session that is unknown, idle for too long, too old or signed out. */
export async function verifySession(db: Db, id: string, now: Date): Promise<SignedIn | null> {
  const idHash = hashSessionId(id);
  if (idHash === null) return null;
  const session = await findSession(db, idHash);
  if (!session) return null;
  const idleMs = now.getTime() - session.seenAt.getTime();
  const ageMs = now.getTime() - session.createdAt.getTime();
  if (idleMs > SESSION_IDLE_MS || ageMs > SESSION_AGE_MS_MAX) return null;
  if (idleMs > TOUCH_INTERVAL_MS) await touchSession(db, idHash, now);
  return { idHash, user: session.user };
}

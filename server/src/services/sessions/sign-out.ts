import type { Db } from '../../store/db.js';
import { deleteSession } from '../../store/session-store.js';
import type { SignedIn } from './verify-session.js';

export async function signOut(db: Db, session: SignedIn): Promise<void> {
  await deleteSession(db, session.idHash);
}

import type { Db } from '../../store/db.js';
import { hasUsers } from '../../store/user-store.js';

/** Nobody has an account yet. */
export async function isSetupNeeded(db: Db): Promise<boolean> {
  return !(await hasUsers(db));
}

import type { Db } from '../../store/db.js';
import { hasUsers } from '../../store/user-store.js';

/** True while there is no account. */
export async function isSetupNeeded(db: Db): Promise<boolean> {
  return !(await hasUsers(db));
}

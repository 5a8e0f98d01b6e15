import { desc } from 'drizzle-orm';
import type { Db } from './db.js';
import { auditEntries } from './schema/index.js';

/** Returns the newest audit entries, ordered by number. */
export async function listRecentChanges(
  db: Db,
  limit: number,
): Promise<readonly { readonly id: number; readonly projectId: string | null }[]> {
  return db
    .select({ id: auditEntries.id, projectId: auditEntries.projectId })
    .from(auditEntries)
    .orderBy(desc(auditEntries.id))
    .limit(limit);
}

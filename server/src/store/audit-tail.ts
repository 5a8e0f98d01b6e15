import { desc } from 'drizzle-orm';
import type { Db } from './db.js';
import { auditEntries } from './schema/index.js';

/** The newest entries, by number alone. */
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

import { sql } from 'drizzle-orm';
import type { Db } from './db.js';

/** When a release of each project was last looked at; those without a running one are left out. */
export async function listRecentLooks(db: Db): Promise<ReadonlyMap<string, string>> {
  const rows = await db.execute<{ project_id: string; at: string }>(sql`
    select project_id, max(last_tick_at)::text as at from releases
    where next_tick_at is not null and last_tick_at is not null group by project_id`);
  return new Map(rows.map((row) => [row.project_id, row.at]));
}

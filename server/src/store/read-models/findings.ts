import { desc, eq } from 'drizzle-orm';
import type { EnvironmentGrant } from '../../domain/grant.js';
import type { Db } from '../db.js';
import { ingestFindings } from '../schema/index.js';

export interface Finding {
  /** Such as `dropped`, or `unknown:` and the name of a flag that does not exist. */
  readonly what: string;
  readonly count: number;
  readonly lastAt: string;
}

/** What could not be counted, latest first: some 200 names and a dozen reasons at most. */
export async function listFindings(db: Db, grant: EnvironmentGrant): Promise<readonly Finding[]> {
  const rows = await db
    .select()
    .from(ingestFindings)
    .where(eq(ingestFindings.environmentId, grant.environmentId))
    .orderBy(desc(ingestFindings.lastAt), ingestFindings.what)
    .limit(500);
  return rows.map(({ what, count, lastAt }) => ({ what, count, lastAt: lastAt.toISOString() }));
}

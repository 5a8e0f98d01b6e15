import { desc, eq } from 'drizzle-orm';
import type { EnvironmentGrant } from '../../domain/grant.js';
import type { Finding } from '../../domain/metrics/finding.js';
import type { Db } from '../db.js';
import { ingestFindings } from '../schema/index.js';

export interface FindingView {
  readonly what: Finding;
  readonly count: number;
  readonly lastAt: string;
}

/** The findings of an environment, latest first: about 200 names and a dozen reasons at most. */
export async function listFindings(
  db: Db,
  grant: EnvironmentGrant,
): Promise<readonly FindingView[]> {
  const rows = await db
    .select()
    .from(ingestFindings)
    .where(eq(ingestFindings.environmentId, grant.environmentId))
    .orderBy(desc(ingestFindings.lastAt), ingestFindings.what)
    .limit(500);
  return rows.map(({ what, count, lastAt }) => ({ what, count, lastAt: lastAt.toISOString() }));
}

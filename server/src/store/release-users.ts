import { and, eq, inArray, type SQL } from 'drizzle-orm';
import type { Grant } from '../domain/grant.js';
import type { ReleaseState } from '../domain/releases/release.js';
import type { Tx } from './db.js';
import { environments, flags, releases } from './schema/index.js';

/** Names releases in these states whose plan meets `condition`, for a rejection. */
export async function nameReleases(
  tx: Tx,
  grant: Grant,
  states: readonly ReleaseState[],
  condition: SQL,
): Promise<readonly string[]> {
  const rows = await tx
    .select({ flag: flags.key, environment: environments.key })
    .from(releases)
    .innerJoin(flags, eq(flags.id, releases.flagId))
    .innerJoin(environments, eq(environments.id, releases.environmentId))
    .where(
      and(eq(releases.projectId, grant.projectId), inArray(releases.state, [...states]), condition),
    )
    .orderBy(flags.key, environments.key);
  return rows.map(({ flag, environment }) => `the release of "${flag}" in ${environment}`);
}

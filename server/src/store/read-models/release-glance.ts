import { desc, inArray } from 'drizzle-orm';
import { hasEnded, type ReleaseState } from '../../domain/releases/release.js';
import type { Db, Tx } from '../db.js';
import { releases } from '../schema/index.js';

/** The release of a flag in one environment, as a list shows it. */
export interface ReleaseGlance {
  readonly state: ReleaseState;
  readonly percent: number;
}

/** By flag and environment: what has not ended, or was rolled back last. */
export async function readReleaseGlances(
  db: Db | Tx,
  flagIds: readonly string[],
): Promise<(flagId: string, environmentId: string) => ReleaseGlance | null> {
  const rows = await db
    .selectDistinctOn([releases.environmentId, releases.flagId], {
      environmentId: releases.environmentId,
      flagId: releases.flagId,
      state: releases.state,
      percent: releases.percent,
    })
    .from(releases)
    .where(inArray(releases.flagId, [...flagIds]))
    .orderBy(releases.environmentId, releases.flagId, desc(releases.createdAt), desc(releases.id));
  const glances = new Map(
    rows
      .filter(({ state }) => !hasEnded(state) || state === 'rolled_back')
      .map(({ flagId, environmentId, state, percent }) => [
        `${flagId}/${environmentId}`,
        { state, percent },
      ]),
  );
  return (flagId, environmentId) => glances.get(`${flagId}/${environmentId}`) ?? null;
}

import { desc, inArray } from 'drizzle-orm';
import type { Db, Tx } from '../db.js';
import { gateTicks } from '../schema/index.js';

/** What a query or a probe said when it was asked last. */
export interface TickView {
  readonly metric: string;
  readonly at: string;
  readonly status: 'OK' | 'BREACH' | 'NO_DATA' | 'ERROR';
  readonly value: number | null;
  readonly message: string | null;
}

/** By release, the newest answer of each metric. */
export async function readLatestTicks(
  db: Db | Tx,
  releaseIds: readonly string[],
): Promise<(releaseId: string) => readonly TickView[]> {
  const rows = await db
    .selectDistinctOn([gateTicks.releaseId, gateTicks.metric])
    .from(gateTicks)
    .where(inArray(gateTicks.releaseId, [...releaseIds]))
    .orderBy(gateTicks.releaseId, gateTicks.metric, desc(gateTicks.at));
  return (releaseId) =>
    rows
      .filter((row) => row.releaseId === releaseId)
      .map(({ metric, at, status, value, message }) => ({
        ...{ metric, status, value, message },
        at: at.toISOString(),
      }));
}

import { sql } from 'drizzle-orm';
import type { Tx } from './db.js';
import { environments, revisionChanges } from './schema/index.js';

export interface Touched {
  readonly flagKeys?: readonly string[];
  readonly segmentKeys?: readonly string[];
  /** Flags that this change kills: SDKs report the revision at once. */
  readonly killedKeys?: readonly string[];
}

export interface Revision {
  readonly environmentId: string;
  readonly epoch: string;
  readonly revision: number;
  readonly at: Date;
}

/** The channel on which replicas nudge each other; it carries no data. */
export const REVISION_CHANNEL = 'sluice_revisions';

/**
 * Gives each environment its next revision and says what it touched. The counter row stays locked
 * until commit, so revisions follow commit order; environments go in id order, so two writers
 * never wait for each other in a circle. Call it last.
 */
export async function bumpRevisions(
  tx: Tx,
  environmentIds: readonly string[],
  touched: Touched,
): Promise<readonly Revision[]> {
  const revisions: Revision[] = [];
  for (const environmentId of [...environmentIds].sort()) {
    const [row] = await tx
      .update(environments)
      .set({ revision: sql`${environments.revision} + 1`, revisedAt: sql`clock_timestamp()` })
      .where(sql`${environments.id} = ${environmentId}`)
      .returning({
        epoch: environments.epoch,
        revision: environments.revision,
        at: environments.revisedAt,
      });
    if (!row) continue;
    await tx.insert(revisionChanges).values({
      environmentId,
      revision: row.revision,
      at: row.at,
      flagKeys: [...(touched.flagKeys ?? [])],
      segmentKeys: [...(touched.segmentKeys ?? [])],
      killedKeys: [...(touched.killedKeys ?? [])],
    });
    revisions.push({ environmentId, ...row });
  }
  await tx.execute(sql`select pg_notify(${REVISION_CHANNEL}, '')`);
  return revisions;
}

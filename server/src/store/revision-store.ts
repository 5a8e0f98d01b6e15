import { sql } from 'drizzle-orm';
import type { Tx } from './db.js';
import { epochMs, textArray } from './sql-values.js';

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
 * Gives each environment its next revision, says what it touched, and nudges: one statement, since
 * every kill waits for it. The counter rows stay locked until commit, so revisions follow commit
 * order; they are locked in id order, so two writers never wait for each other in a circle. Call
 * it last.
 */
export async function bumpRevisions(
  tx: Tx,
  environmentIds: readonly string[],
  touched: Touched,
): Promise<readonly Revision[]> {
  const { flagKeys = [], segmentKeys = [], killedKeys = [] } = touched;
  const rows = await tx.execute<BumpedRow>(sql`
    with ordered as (
      select id from environments where id = any(${textArray(environmentIds)})
      order by id for no key update
    ),
    bumped as (
      update environments set revision = revision + 1, revised_at = clock_timestamp()
      from ordered where environments.id = ordered.id
      returning environments.id, epoch, revision, revised_at
    ),
    noted as (
      insert into revision_changes
        (environment_id, revision, at, flag_keys, segment_keys, killed_keys)
      select id, revision, revised_at, ${textArray(flagKeys)}, ${textArray(segmentKeys)},
        ${textArray(killedKeys)}
      from bumped
    )
    select pg_notify(${REVISION_CHANNEL}, ''), id, epoch, revision::float8 as revision,
      ${epochMs(sql`revised_at`)} as at
    from (select) as always left join bumped on true order by id
  `);
  return rows.flatMap(({ id, epoch, revision, at }) =>
    id === null ? [] : { environmentId: id, epoch, revision, at: new Date(at) },
  );
}

/** Returns a row even without environments, for the notification alone. */
interface BumpedRow extends Record<string, unknown> {
  readonly id: string | null;
  readonly epoch: string;
  readonly revision: number;
  readonly at: number;
}

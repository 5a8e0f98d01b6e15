import { sql } from 'drizzle-orm';
import type { Db, Tx } from '../db.js';

/** Who has confirmed a rollback. */
export interface Confirmation {
  /** Heard of within the last minute. */
  readonly instances: number;
  /** Of these, how many have applied the rollback's revision or a later one. */
  readonly off: number;
}

export async function readConfirmation(
  db: Db | Tx,
  environmentId: string,
  revision: number | null,
): Promise<Confirmation | null> {
  if (revision === null) return null;
  const [row] = await db.execute<{ instances: number; off: number }>(sql`
    select count(*)::int as instances,
      (count(*) filter (where applied_epoch = environments.epoch
        and applied_revision >= ${revision}::bigint))::int as off
    from instances join environments on environments.id = instances.environment_id
    where instances.environment_id = ${environmentId}
      and last_seen_at > now() - interval '60 seconds'`);
  return { instances: row?.instances ?? 0, off: row?.off ?? 0 };
}

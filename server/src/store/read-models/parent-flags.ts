import { sql } from 'drizzle-orm';
import type { ParentFlag } from '../../domain/releases/parent-flag.js';
import { OPEN_STATES } from '../../domain/releases/release.js';
import type { Db, Tx } from '../db.js';

/** As many as an evaluation follows. */
const PARENTS_MAX = 32;

export interface ChildFlag {
  readonly projectId: string;
  readonly environmentId: string;
  readonly flagId: string;
}

/** The flags that one depends on in an environment, the nearest first. */
export async function readParentFlags(
  db: Db | Tx,
  { projectId, environmentId, flagId }: ChildFlag,
): Promise<readonly ParentFlag[]> {
  const rows = await db.execute<ParentFlag & Record<string, unknown>>(sql`
    with recursive chain as (
      select parent as key, 1 as depth from flag_configs
      where environment_id = ${environmentId} and flag_id = ${flagId} and parent is not null
      union all
      select above.parent, depth + 1 from chain
        join flags on flags.project_id = ${projectId} and flags.key = chain.key
        join flag_configs above
          on above.environment_id = ${environmentId} and above.flag_id = flags.id
      where above.parent is not null and depth < ${PARENTS_MAX}::int
    )
    select chain.key, flags.id is null or flags.archived_at is not null as "isArchived",
      coalesce(config.killed, false) as "isKilled",
      coalesce(config.status = 'off', false) as "isOff",
      (select json_build_object('state', state, 'percent', percent) from releases
        where releases.environment_id = ${environmentId} and releases.flag_id = flags.id
          and state = any(${sql.param([...OPEN_STATES])}::text[])) as release
    from chain
      left join flags on flags.project_id = ${projectId} and flags.key = chain.key
      left join flag_configs config
        on config.environment_id = ${environmentId} and config.flag_id = flags.id
    order by depth`);
  return rows.map(({ key, isArchived, isKilled, isOff, release }) => {
    return { key, isArchived, isKilled, isOff, release };
  });
}

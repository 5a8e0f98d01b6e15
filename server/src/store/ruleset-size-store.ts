import { sql } from 'drizzle-orm';
import type { Grant } from '../domain/grant.js';
import type { Tx } from './db.js';

export interface RulesetSize {
  readonly environment: string;
  readonly bytes: number;
}

/** Names and punctuation of the document, of one flag and of one segment, rounded up. */
const DOCUMENT_FRAME_BYTES = 400;
const FLAG_FRAME_BYTES = 160;
const SEGMENT_FRAME_BYTES = 16;

/**
 * Estimates the JSON size of rulesets from the lengths of their parts without building them;
 * definitions and segments are added up once for all environments.
 */
export async function measureRulesets(
  tx: Tx,
  grant: Grant,
  environmentIds: readonly string[],
): Promise<readonly RulesetSize[]> {
  const { projectId } = grant;
  const rows = await tx.execute<{ environment: string; bytes: string }>(sql`
    with definitions as (
      select coalesce(sum(${FLAG_FRAME_BYTES}::int + octet_length(key) + octet_length(seed)
        + octet_length(variants::text)), 0) as bytes
      from flags where project_id = ${projectId} and archived_at is null
    ), conditions as (
      select coalesce(sum(${SEGMENT_FRAME_BYTES}::int + octet_length(key)
        + octet_length("when"::text)), 0) as bytes
      from segments where project_id = ${projectId}
    ), configs as (
      select environment_id, sum(octet_length(rules::text) + octet_length(off_variant)
        + coalesce(octet_length(on_variant), 0) + coalesce(octet_length(default_variant), 0)
        + coalesce(octet_length(parent), 0)) as bytes
      from flag_configs
      where environment_id = any(${sql.param([...environmentIds])}::text[]) and flag_id not in (
        select id from flags where project_id = ${projectId} and archived_at is not null
      )
      group by environment_id
    )
    select e.key as environment, ${DOCUMENT_FRAME_BYTES}::int + definitions.bytes
      + conditions.bytes + coalesce(configs.bytes, 0) as bytes
    from environments e
    cross join definitions cross join conditions
    left join configs on configs.environment_id = e.id
    where e.project_id = ${projectId} and e.id = any(${sql.param([...environmentIds])}::text[])
    order by e.position`);
  return rows.map((row) => ({ environment: row.environment, bytes: Number(row.bytes) }));
}

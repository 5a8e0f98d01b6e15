import { sql } from 'drizzle-orm';
import type { Grant } from '../domain/grant.js';
import type { Tx } from './db.js';

export interface RulesetSize {
  readonly environment: string;
  readonly bytes: number;
}

/** Names and punctuation of one flag on the wire, and of one segment, rounded up. */
const FLAG_FRAME_BYTES = 160;
const SEGMENT_FRAME_BYTES = 16;

/**
 * What each environment's ruleset takes as JSON, from the lengths of its parts: no document is
 * built for it. A few bytes too many for a flag without parent or on-variant.
 */
export async function measureRulesets(tx: Tx, grant: Grant): Promise<readonly RulesetSize[]> {
  const rows = await tx.execute<{ environment: string; bytes: string | null }>(sql`
    select e.key as environment,
      sum(${FLAG_FRAME_BYTES}::int + octet_length(f.key) + octet_length(f.seed)
        + octet_length(f.variants::text) + octet_length(c.rules::text)
        + octet_length(c.off_variant) + coalesce(octet_length(c.on_variant), 0)
        + coalesce(octet_length(c.default_variant), 0) + coalesce(octet_length(c.parent), 0)
      ) + coalesce((
        select sum(${SEGMENT_FRAME_BYTES}::int + octet_length(s.key) + octet_length(s."when"::text))
        from segments s where s.project_id = ${grant.projectId}
      ), 0) as bytes
    from environments e
    join flag_configs c on c.environment_id = e.id
    join flags f on f.id = c.flag_id and f.archived_at is null
    where e.project_id = ${grant.projectId}
    group by e.key, e.position
    order by e.position`);
  return rows.map((row) => ({ environment: row.environment, bytes: Number(row.bytes ?? 0) }));
}

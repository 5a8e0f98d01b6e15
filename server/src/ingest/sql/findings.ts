import { sql } from 'drizzle-orm';
import { unknownFlag } from '../../domain/metrics/finding.js';
import type { Tx } from '../../store/db.js';
import type { FindingDelta } from '../gathered.js';

export async function storeFindings(tx: Tx, findings: Iterable<FindingDelta>): Promise<void> {
  const rows = [...findings].map(({ environmentId: environment_id, finding: what, count }) => {
    return { environment_id, what, count };
  });
  if (rows.length === 0) return;
  await tx.execute(sql`
    insert into ingest_findings as old (environment_id, what, count)
    select environment_id, what, count
    from json_to_recordset(${JSON.stringify(rows)}::json) as input (
      environment_id text, what text, count bigint
    )
    order by environment_id collate "C", what collate "C"
    on conflict (environment_id, what) do update set
      count = old.count + excluded.count, last_at = now()`);
}

/** The findings about unknown flags. */
export async function readUnknownFlags(tx: Tx, environmentId: string): Promise<readonly string[]> {
  const rows = await tx.execute<{ what: string }>(sql`
    select what from ingest_findings
    where environment_id = ${environmentId} and starts_with(what, ${unknownFlag('')})`);
  return rows.map(({ what }) => what);
}

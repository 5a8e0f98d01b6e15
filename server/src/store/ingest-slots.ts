import { sql } from 'drizzle-orm';
import type { FindingDelta, SlotDelta } from '../domain/metrics/gathered.js';
import type { Tx } from './db.js';

/** Far below what one statement may take. */
const ROWS_AT_ONCE = 2_000;

/** In key order, over all statements: see `storeTotals`. */
export async function storeSlots(
  tx: Tx,
  slots: Iterable<SlotDelta>,
  replica: number,
): Promise<void> {
  const rows = [...slots].sort(byKey).map(({ environmentId, series, at, count, sum }) => {
    return { environment_id: environmentId, series, at, count, sum };
  });
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    await upsertSlots(tx, rows.slice(start, start + ROWS_AT_ONCE), replica);
  }
}

function byKey(a: SlotDelta, b: SlotDelta): number {
  if (a.environmentId !== b.environmentId) return a.environmentId < b.environmentId ? -1 : 1;
  if (a.series !== b.series) return a.series < b.series ? -1 : 1;
  return a.at - b.at;
}

async function upsertSlots(tx: Tx, rows: readonly unknown[], replica: number): Promise<void> {
  await tx.execute(sql`
    insert into metric_slots as old (replica, environment_id, series, at, count, sum)
    select ${replica}::int, environment_id, series, to_timestamp(at / 1000), count, sum
    from json_to_recordset(${JSON.stringify(rows)}::json) as input (
      environment_id text, series text, at float8, count bigint, sum float8
    )
    order by environment_id collate "C", series collate "C", at
    on conflict (environment_id, series, at, replica) do update set
      count = old.count + excluded.count, sum = old.sum + excluded.sum`);
}

export async function storeFindings(tx: Tx, findings: Iterable<FindingDelta>): Promise<void> {
  const rows = [...findings].map(({ environmentId: environment_id, what, count }) => {
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

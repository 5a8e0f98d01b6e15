import { sql } from 'drizzle-orm';
import {
  addSketch,
  type FindingDelta,
  type SlotDelta,
  slotId,
} from '../domain/metrics/gathered.js';
import type { Tx } from './db.js';

/** Far below what one statement may take. */
const ROWS_AT_ONCE = 2_000;

type HeldRow = {
  readonly environment_id: string;
  readonly series: string;
  readonly at: number;
  readonly sketch: string;
};

/** In key order, over all statements, and with pictures: see `storeTotals`. */
export async function storeSlots(
  tx: Tx,
  slots: ReadonlyMap<string, SlotDelta>,
  replica: number,
): Promise<void> {
  const rows = [...slots.values()].sort(byKey).map(({ environmentId, series, at, count, sum }) => {
    return { environment_id: environmentId, series, at, count, sum };
  });
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const held = await upsertSlots(tx, rows.slice(start, start + ROWS_AT_ONCE), replica);
    for (const { environment_id: environmentId, series, at, sketch } of held) {
      const slot = slots.get(slotId({ environmentId, series, at: Number(at) }));
      if (slot?.sketch) addSketch(slot, sketch);
    }
  }
}

function byKey(a: SlotDelta, b: SlotDelta): number {
  if (a.environmentId !== b.environmentId) return a.environmentId < b.environmentId ? -1 : 1;
  if (a.series !== b.series) return a.series < b.series ? -1 : 1;
  return a.at - b.at;
}

async function upsertSlots(
  tx: Tx,
  rows: readonly unknown[],
  replica: number,
): Promise<readonly HeldRow[]> {
  return tx.execute<HeldRow>(sql`
    with stored as (
      insert into metric_slots as old (replica, environment_id, series, at, count, sum)
      select ${replica}::int, environment_id, series, to_timestamp(at / 1000), count, sum
      from json_to_recordset(${JSON.stringify(rows)}::json) as input (
        environment_id text, series text, at float8, count bigint, sum float8
      )
      order by environment_id collate "C", series collate "C", at
      on conflict (environment_id, series, at, replica) do update set
        count = old.count + excluded.count, sum = old.sum + excluded.sum
      returning environment_id, series, at, sketch
    )
    select environment_id, series, (extract(epoch from at) * 1000)::float8 as at,
      convert_from(sketch, 'UTF8') as sketch
    from stored where sketch is not null`);
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

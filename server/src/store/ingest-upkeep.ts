import { decodeSketch, encodeSketch, Sketch } from '@sluice/sdk/protocol';
import { sql } from 'drizzle-orm';
import { ACTIVE_STATES } from '../domain/releases/release.js';
import type { Db, Tx } from './db.js';

/** Rows that one transaction touches: others take their turn in between. */
const ROWS_AT_ONCE = 2_000;

/** Counts of ten seconds older than this become counts of five minutes. */
const FINE_HOURS = 6;
const MERGED_SECONDS = 300;
const KEPT_DAYS = 30;

type SlotRow = {
  readonly replica: number;
  readonly environment_id: string;
  readonly series: string;
  readonly at: number;
  readonly count: number;
  readonly sum: number;
  readonly sketch: string | null;
};

/**
 * Makes charts coarser with age, throws the oldest away, and forgets who was counted in releases
 * that are over: their totals stay. Any number of servers may do it at once.
 */
export async function tidyIngested(db: Db): Promise<void> {
  let found = ROWS_AT_ONCE;
  while (found === ROWS_AT_ONCE) found = await db.transaction(mergeSlots);
  await prune(db, 'metric_slots', sql`at < now() - ${KEPT_DAYS}::int * interval '1 day'`);
  await prune(
    db,
    'release_seen',
    sql`not exists (
      select from releases where releases.id = release_id and state in (
        select json_array_elements_text(${JSON.stringify(ACTIVE_STATES)}::json)
      )
    )`,
  );
  await prune(db, 'ingest_findings', sql`last_at < now() - ${KEPT_DAYS}::int * interval '1 day'`);
}

async function prune(db: Db, table: string, condition: ReturnType<typeof sql>): Promise<void> {
  for (;;) {
    const gone = await db.execute(sql`
      delete from ${sql.identifier(table)} where ctid = any(array(
        select ctid from ${sql.identifier(table)} where ${condition}
        limit ${ROWS_AT_ONCE}::int for update skip locked
      )) returning 1 as gone`);
    if (gone.length < ROWS_AT_ONCE) return;
  }
}

/** Answers how many rows it found. What was merged before and is joined by more grows. */
async function mergeSlots(tx: Tx): Promise<number> {
  const fine = await tx.execute<SlotRow>(sql`
    delete from metric_slots where ctid = any(array(
      select ctid from metric_slots
      where seconds < ${MERGED_SECONDS}::int and at > now() - interval '48 hours' and at < date_bin(
        ${MERGED_SECONDS}::int * interval '1 second',
        now() - ${FINE_HOURS}::int * interval '1 hour', 'epoch')
      order by at limit ${ROWS_AT_ONCE}::int for update skip locked
    )) returning ${COLUMNS}`);
  if (fine.length === 0) return 0;
  const merged = new Map<string, Merged>();
  for (const row of fine) {
    add(merged, { ...row, at: Math.floor(row.at / MERGED_SECONDS) * MERGED_SECONDS });
  }
  const keys = [...merged.values()].map(({ row }) => row);
  const coarse = await tx.execute<SlotRow>(sql`
    delete from metric_slots as slot using json_to_recordset(${JSON.stringify(keys)}::json)
      as input (replica int, environment_id text, series text, at float8)
    where slot.replica = input.replica and slot.environment_id = input.environment_id
      and slot.series = input.series and slot.at = to_timestamp(input.at)
    returning ${COLUMNS_OF_SLOT}`);
  for (const row of coarse) add(merged, row);
  const rows = [...merged.values()].map(({ row, sketch }) => {
    return { ...row, sketch: sketch && encodeSketch(sketch) };
  });
  await tx.execute(sql`
    insert into metric_slots (replica, environment_id, series, at, seconds, count, sum, sketch)
    select replica, environment_id, series, to_timestamp(at), ${MERGED_SECONDS}::int, count, sum,
      convert_to(sketch, 'UTF8')
    from json_to_recordset(${JSON.stringify(rows)}::json) as input (replica int,
      environment_id text, series text, at float8, count bigint, sum float8, sketch text)`);
  return fine.length;
}

const COLUMNS = sql`replica, environment_id, series, extract(epoch from at)::float8 as at,
  count::float8 as count, sum, convert_from(sketch, 'UTF8') as sketch`;
const COLUMNS_OF_SLOT = sql`slot.replica, slot.environment_id, slot.series,
  extract(epoch from slot.at)::float8 as at, slot.count::float8 as count, slot.sum,
  convert_from(slot.sketch, 'UTF8') as sketch`;

interface Merged {
  readonly row: { -readonly [K in keyof SlotRow]: SlotRow[K] };
  sketch: Sketch | null;
}

function add(merged: Map<string, Merged>, row: SlotRow): void {
  const id = `${row.replica} ${row.environment_id} ${row.series} ${row.at}`;
  const sketch = row.sketch === null ? null : decodeSketch(row.sketch);
  const known = merged.get(id);
  if (!known) {
    merged.set(id, { row: { ...row, sketch: null }, sketch });
    return;
  }
  known.row.count += row.count;
  known.row.sum += row.sum;
  if (sketch === null) return;
  known.sketch ??= new Sketch();
  known.sketch.merge(sketch);
}

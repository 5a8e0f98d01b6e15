import { sql } from 'drizzle-orm';
import { RELEASE_SERIES_PREFIX } from '../../domain/metrics/series.js';
import type { Tx } from '../../store/db.js';
import { addSketch, type SlotDelta, slotId } from '../gathered.js';

/** Far below the limit of one statement. */
const ROWS_AT_ONCE = 2_000;

type HeldRow = {
  readonly environment_id: string;
  readonly series: string;
  readonly at: number;
  readonly sketch: string;
};

/** Adds to slots in key order, over all statements, and merges sketches: see `storeTotals`. */
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

/**
 * The series of an environment, those of releases excluded. Each name has about a thousand rows, so
 * the query jumps from one name to the next instead of reading them all.
 */
export async function readSeries(tx: Tx, environmentId: string): Promise<readonly string[]> {
  const next = (after: ReturnType<typeof sql>) => sql`(
    select series from metric_slots
    where environment_id = ${environmentId} and series > ${after}
    order by series limit 1)`;
  const rows = await tx.execute<{ series: string }>(sql`
    with recursive names as (
      select ${next(sql`''`)} as series
      union all
      select ${next(sql`names.series`)} from names where names.series is not null
    )
    select series from names where series is not null
      and not starts_with(series, ${RELEASE_SERIES_PREFIX})`);
  return rows.map(({ series }) => series);
}

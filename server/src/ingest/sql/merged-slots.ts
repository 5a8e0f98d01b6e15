import { sql } from 'drizzle-orm';
import type { Tx } from '../../store/db.js';

/** Slots of ten seconds become slots of five minutes once they are this old. */
const FINE_HOURS = 6;
export const MERGED_SECONDS = 300;

export type SlotRow = {
  readonly replica: number;
  readonly environment_id: string;
  readonly series: string;
  /** Start of the slot in epoch seconds. */
  readonly at: number;
  readonly count: number;
  readonly sum: number;
  readonly sketch: string | null;
};

/** Deletes at most `limit` slots that are old enough to be merged, and returns them. */
export async function takeFineSlots(tx: Tx, limit: number): Promise<readonly SlotRow[]> {
  return tx.execute<SlotRow>(sql`
    delete from metric_slots as slot where ctid = any(array(
      select ctid from metric_slots
      where seconds < ${MERGED_SECONDS}::int and at > now() - interval '48 hours' and at < date_bin(
        ${MERGED_SECONDS}::int * interval '1 second',
        now() - ${FINE_HOURS}::int * interval '1 hour', 'epoch')
      order by at limit ${limit}::int for update skip locked
    )) returning ${COLUMNS}`);
}

export type SlotRowKey = Pick<SlotRow, 'replica' | 'environment_id' | 'series' | 'at'>;

/** Deletes the slots at these keys, and returns them. */
export async function takeSlots(tx: Tx, keys: readonly SlotRowKey[]): Promise<readonly SlotRow[]> {
  return tx.execute<SlotRow>(sql`
    delete from metric_slots as slot using json_to_recordset(${JSON.stringify(keys)}::json)
      as input (replica int, environment_id text, series text, at float8)
    where slot.replica = input.replica and slot.environment_id = input.environment_id
      and slot.series = input.series and slot.at = to_timestamp(input.at)
    returning ${COLUMNS}`);
}

export async function insertMergedSlots(tx: Tx, rows: readonly SlotRow[]): Promise<void> {
  await tx.execute(sql`
    insert into metric_slots (replica, environment_id, series, at, seconds, count, sum, sketch)
    select replica, environment_id, series, to_timestamp(at), ${MERGED_SECONDS}::int, count, sum,
      convert_to(sketch, 'UTF8')
    from json_to_recordset(${JSON.stringify(rows)}::json) as input (replica int,
      environment_id text, series text, at float8, count bigint, sum float8, sketch text)`);
}

const COLUMNS = sql`slot.replica, slot.environment_id, slot.series,
  extract(epoch from slot.at)::float8 as at, slot.count::float8 as count, slot.sum,
  convert_from(slot.sketch, 'UTF8') as sketch`;

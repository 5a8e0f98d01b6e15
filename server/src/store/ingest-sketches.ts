import { decodeSketch, encodeSketch, Sketch } from '@sluice/sdk/protocol';
import { sql } from 'drizzle-orm';
import type { Gathered } from '../domain/metrics/gathered.js';
import type { Tx } from './db.js';

type Held = { readonly place: number; readonly text: string };

/**
 * Merges pictures into rows of totals and slots. Call it in the transaction that has just added
 * to those rows: they are locked, so what is read here is what is replaced.
 */
export async function storeSketches(
  tx: Tx,
  { totals, slots }: Gathered,
  replica: number,
): Promise<void> {
  const sketches: Sketch[] = [];
  const place = (sketch: Sketch) => sketches.push(sketch) - 1;
  const ofTotals = [...totals.values()].flatMap((total) => {
    if (total.sketch === null) return [];
    const { releaseId: release_id, metric, phase, armCode: arm, sketch } = total;
    return [{ release_id, metric, phase, arm, place: place(sketch) }];
  });
  const ofSlots = [...slots.values()].flatMap((slot) => {
    if (slot.sketch === null) return [];
    const { environmentId: environment_id, series, at, sketch } = slot;
    return [{ environment_id, series, at, place: place(sketch) }];
  });
  if (sketches.length === 0) return;
  const held = await tx.execute<Held>(sql`
    select place, convert_from(sketch, 'UTF8') as text
    from release_totals join json_to_recordset(${JSON.stringify(ofTotals)}::json)
      as input (release_id text, metric text, phase int, arm int, place int)
      using (release_id, metric, phase, arm)
    where replica = ${replica} and sketch is not null
    union all
    select place, convert_from(sketch, 'UTF8') as text
    from metric_slots join json_to_recordset(${JSON.stringify(ofSlots)}::json)
      as input (environment_id text, series text, at float8, place int)
      on metric_slots.environment_id = input.environment_id
        and metric_slots.series = input.series
        and metric_slots.at = to_timestamp(input.at / 1000)
    where replica = ${replica} and sketch is not null`);
  for (const { place: at, text } of held) sketches[at]?.merge(decodeSketch(text) ?? NOTHING);
  const textOf = <T extends { readonly place: number }>(row: T) => {
    return { ...row, text: encodeSketch(sketches[row.place] ?? NOTHING) };
  };
  await tx.execute(sql`
    with charted as (
      update metric_slots set sketch = convert_to(text, 'UTF8')
      from json_to_recordset(${JSON.stringify(ofSlots.map(textOf))}::json)
        as input (environment_id text, series text, at float8, text text)
      where metric_slots.environment_id = input.environment_id
        and metric_slots.series = input.series
        and metric_slots.at = to_timestamp(input.at / 1000) and replica = ${replica}
    )
    update release_totals as total set sketch = convert_to(text, 'UTF8')
    from json_to_recordset(${JSON.stringify(ofTotals.map(textOf))}::json)
      as input (release_id text, metric text, phase int, arm int, text text)
    where total.release_id = input.release_id and total.metric = input.metric
      and total.phase = input.phase and total.arm = input.arm and replica = ${replica}`);
}

const NOTHING = new Sketch();

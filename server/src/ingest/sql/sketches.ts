import { encodeSketch } from '@sluice/sdk/protocol';
import { sql } from 'drizzle-orm';
import { nameInTotals } from '../../domain/metrics/tally.js';
import type { Tx } from '../../store/db.js';
import type { Gathered } from '../gathered.js';

/**
 * Writes sketches into rows of totals and slots. Call it in the transaction that has just added to
 * those rows: it holds their locks, so no sketch is replaced that was not merged before.
 */
export async function storeSketches(
  tx: Tx,
  { totals, slots }: Gathered,
  replica: number,
): Promise<void> {
  const ofTotals = [...totals.values()].flatMap((total) => {
    if (total.sketch === null) return [];
    const { releaseId: release_id, phase, armCode: arm, sketch } = total;
    return [{ release_id, metric: nameInTotals(total), phase, arm, text: encodeSketch(sketch) }];
  });
  const ofSlots = [...slots.values()].flatMap((slot) => {
    if (slot.sketch === null) return [];
    const { environmentId: environment_id, series, at, sketch } = slot;
    return [{ environment_id, series, at, text: encodeSketch(sketch) }];
  });
  if (ofTotals.length + ofSlots.length === 0) return;
  await tx.execute(sql`
    with charted as (
      update metric_slots set sketch = convert_to(text, 'UTF8')
      from json_to_recordset(${JSON.stringify(ofSlots)}::json)
        as input (environment_id text, series text, at float8, text text)
      where metric_slots.environment_id = input.environment_id
        and metric_slots.series = input.series
        and metric_slots.at = to_timestamp(input.at / 1000) and replica = ${replica}
    )
    update release_totals as total set sketch = convert_to(text, 'UTF8')
    from json_to_recordset(${JSON.stringify(ofTotals)}::json)
      as input (release_id text, metric text, phase int, arm int, text text)
    where total.release_id = input.release_id and total.metric = input.metric
      and total.phase = input.phase and total.arm = input.arm and replica = ${replica}`);
}

import { type SQL, sql } from 'drizzle-orm';
import { nameInTotals, parseNameInTotals } from '../../domain/metrics/tally.js';
import type { Tx } from '../../store/db.js';
import { addSketch, type TotalDelta, totalId } from '../gathered.js';

type HeldRow = {
  readonly release_id: string;
  readonly metric: string;
  readonly phase: number;
  readonly arm: number;
  readonly sketch: string;
};

/**
 * Adds to the rows of this replica. Servers may share a replica number, so all of them lock rows in
 * key order and cannot deadlock. A sketch that a row already has is merged into the new one, which
 * `storeSketches` then writes.
 */
export async function storeTotals(
  tx: Tx,
  totals: ReadonlyMap<string, TotalDelta>,
  replica: number,
): Promise<void> {
  const rows = [...totals.values()].filter(hasContent).map(toRow);
  if (rows.length === 0) return;
  const held = await tx.execute<HeldRow>(sql`
    with stored as (
      insert into release_totals as old (
        replica, release_id, metric, phase, arm, count, sum, bucket_sums, bucket_counts
      )
      select ${replica}::int, release_id, metric, phase, arm, count, sum,
        bucket_sums::float8[], bucket_counts::float8[]
      from json_to_recordset(${JSON.stringify(rows)}::json) as input (
        release_id text, metric text, phase int, arm int, count bigint, sum float8,
        bucket_sums text, bucket_counts text
      )
      order by release_id collate "C", metric collate "C", phase, arm
      on conflict (replica, release_id, metric, phase, arm) do update set
        count = old.count + excluded.count,
        sum = old.sum + excluded.sum,
        bucket_sums = ${added('bucket_sums')},
        bucket_counts = ${added('bucket_counts')}
      returning release_id, metric, phase, arm, sketch
    )
    select release_id, metric, phase, arm, convert_from(sketch, 'UTF8') as sketch
    from stored where sketch is not null`);
  for (const { release_id: releaseId, metric: name, phase, arm: armCode, sketch } of held) {
    const key = parseNameInTotals(name);
    const total = totals.get(totalId({ ...key, releaseId, phase, armCode }));
    if (total?.sketch) addSketch(total, sketch);
  }
}

function added(column: string): SQL {
  const name = sql.identifier(column);
  return sql`case
    when excluded.${name} is null then old.${name}
    when old.${name} is null then excluded.${name}
    else array(select a + b from unnest(old.${name}, excluded.${name}) as pair (a, b))
    end`;
}

function hasContent(total: TotalDelta): boolean {
  return (
    total.count !== 0 || total.sum !== 0 || total.bucketCounts !== null || total.sketch !== null
  );
}

function toRow(total: TotalDelta) {
  return {
    release_id: total.releaseId,
    metric: nameInTotals(total),
    phase: total.phase,
    arm: total.armCode,
    count: total.count,
    sum: total.sum,
    bucket_sums: total.bucketSums && `{${total.bucketSums.join(',')}}`,
    bucket_counts: total.bucketCounts && `{${total.bucketCounts.join(',')}}`,
  };
}

import { type SQL, sql } from 'drizzle-orm';
import { nameInUnits } from '../../domain/metrics/tally.js';
import type { Tx } from '../../store/db.js';
import { armCodeOf, phaseOf } from '../exposure.js';
import type { Gathered, SeenUnits } from '../gathered.js';

/** A number of units that count now and did not before. It is added to totals. */
type Counted = {
  /** Index of the entry in key order. */
  readonly k: number;
  readonly phase: number;
  readonly arm: number;
  /** The bucket of the units, one of 256; null unless the tally is `units`. */
  readonly bucket: number | null;
  readonly units: number;
};

type Moved = Counted & { readonly from_phase: number; readonly from_arm: number };

/**
 * Stores units, adds their counts to `gathered`, and returns those entries of `seen`
 * that changed a count. Rows are inserted and locked in key order, so servers cannot deadlock.
 */
export async function storeUnits(
  tx: Tx,
  seen: readonly SeenUnits[],
  gathered: Gathered,
): Promise<readonly SeenUnits[]> {
  const sorted = inKeyOrder(seen);
  if (sorted.length === 0) return [];
  const input = inputOf(sorted);
  const fresh = await insertUnits(tx, input);
  const size = sorted.reduce((sum, { units }) => sum + units.size, 0);
  const isAllFresh = fresh.reduce((sum, row) => sum + row.units, 0) === size;
  const moved = isAllFresh ? [] : await moveUnits(tx, input);
  for (const row of [...fresh, ...moved]) count(gathered, sorted[row.k], row);
  for (const row of moved) {
    const { from_phase: phase, from_arm: arm } = row;
    count(gathered, sorted[row.k], { ...row, phase, arm, units: -row.units });
  }
  const changed = new Set([...fresh, ...moved].map(({ k }) => k));
  return sorted.filter((_, k) => changed.has(k));
}

async function insertUnits(tx: Tx, input: SQL): Promise<readonly Counted[]> {
  return tx.execute<Counted>(sql`
    with ${input}, fresh as (
      insert into release_seen (release_id, metric, scope, unit, phase, arm)
      select release_id, metric, scope, unit, phase, arm from input order by k, unit
      on conflict do nothing
      returning release_id, metric, scope, unit, phase, arm
    )
    select k, phase, arm, bucket, units from keys join (
      select release_id, metric, scope, phase, arm, ${BUCKET} as bucket, count(*)::int as units
      from fresh group by 1, 2, 3, 4, 5, 6
    ) as counted using (release_id, metric, scope)`);
}

/** Moves units that a late batch shows in a lower phase or in both arms. There are only a few. */
async function moveUnits(tx: Tx, input: SQL): Promise<readonly Moved[]> {
  return tx.execute<Moved>(sql`
    with ${input}, late as materialized (
      select input.* from input cross join lateral (
        select phase, arm from release_seen as seen
        where seen.release_id = input.release_id and seen.metric = input.metric
          and seen.scope = input.scope and seen.unit = input.unit
        offset 0
      ) as seen
      where ${COMES_BEFORE}
    ), old as materialized (
      select release_id, metric, scope, unit, k, seen.phase as from_phase, seen.arm as from_arm,
        input.phase,
        case when seen.phase = input.phase then 2 else input.arm end as arm
      from release_seen as seen join late as input using (release_id, metric, scope, unit)
      where ${COMES_BEFORE}
      order by k, unit for update of seen
    ), moved as (
      update release_seen as seen set phase = old.phase, arm = old.arm from old
      where seen.release_id = old.release_id and seen.metric = old.metric
        and seen.scope = old.scope and seen.unit = old.unit
    )
    select k, from_phase, from_arm, phase, arm, ${BUCKET} as bucket, count(*)::int as units
    from old group by 1, 2, 3, 4, 5, 6`);
}

/**
 * The rule of `firstExposure`. Once it is false for a row it stays false: other writers only move
 * rows to a lower phase or to both arms.
 */
const COMES_BEFORE = sql`(seen.phase > input.phase
  or (seen.phase = input.phase and seen.arm <> input.arm and seen.arm <> 2))`;

const IN_PHASE = nameInUnits({ tally: 'units', metric: '' });
/** The first byte of the hash; the sign of the stored number is its highest bit. */
const BUCKET = sql`case when metric = ${IN_PHASE} then ((unit >> 56) & 255)::int end`;

function inKeyOrder(seen: readonly SeenUnits[]): readonly SeenUnits[] {
  const rank = (key: SeenUnits) => `${key.releaseId} ${nameInUnits(key)} ${key.scope}`;
  return [...seen].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

function inputOf(seen: readonly SeenUnits[]): SQL {
  const keys = seen.map((key, k) => {
    return { k, release_id: key.releaseId, metric: nameInUnits(key), scope: key.scope };
  });
  const keyIndexes: number[] = [];
  const units: bigint[] = [];
  const phases: number[] = [];
  const arms: number[] = [];
  for (const [k, entry] of seen.entries()) {
    for (const [unit, exposure] of entry.units) {
      keyIndexes.push(k);
      units.push(BigInt.asIntN(64, BigInt(`0x${unit}`)));
      phases.push(phaseOf(exposure));
      arms.push(armCodeOf(exposure));
    }
  }
  return sql`keys as materialized (
      select * from json_to_recordset(${JSON.stringify(keys)}::json)
        as keys (k int, release_id text, metric text, scope int)
    ), input as (
      select release_id, metric, scope, unit, phase, arm::smallint, k
      from unnest(${list(keyIndexes)}::int[], ${list(units)}::bigint[], ${list(phases)}::int[],
        ${list(arms)}::int[]) as given (k, unit, phase, arm)
      join keys using (k)
    )`;
}

/** A list as text, because Drizzle would make a parameter of each item. */
function list(items: readonly (number | bigint)[]): string {
  return `{${items.join(',')}}`;
}

function count(gathered: Gathered, key: SeenUnits | undefined, row: Counted): void {
  if (!key) return;
  const { releaseId, tally, metric } = key;
  const total = gathered.total({ releaseId, tally, metric, phase: row.phase, armCode: row.arm });
  total.count += row.units;
  if (row.bucket === null) return;
  total.bucketCounts ??= new Float64Array(256);
  total.bucketCounts[row.bucket] = (total.bucketCounts[row.bucket] ?? 0) + row.units;
}

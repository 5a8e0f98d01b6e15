import { type SQL, sql } from 'drizzle-orm';
import { nameInUnits } from '../../domain/metrics/tally.js';
import type { Tx } from '../../store/db.js';
import { armCodeOf, phaseOf } from '../exposure.js';
import type { Gathered, SeenPeople } from '../gathered.js';

/** People who now count where they did not before; the numbers that follow are added to totals. */
type Counted = {
  readonly k: number;
  readonly phase: number;
  readonly arm: number;
  /** Of the 256; only people of a phase are counted by it. */
  readonly bucket: number | null;
  readonly people: number;
};

type Moved = Counted & { readonly from_phase: number; readonly from_arm: number };

/**
 * Stores who was seen and adds to the totals who counts by that. Everybody goes in key order, so
 * that servers never block in a circle; who is there already is looked at under a lock.
 * Answers which metrics of which releases count differently now.
 */
export async function storeSeen(
  tx: Tx,
  seen: readonly SeenPeople[],
  gathered: Gathered,
): Promise<readonly SeenPeople[]> {
  const people = inKeyOrder(seen);
  if (people.length === 0) return [];
  const input = inputOf(people);
  const fresh = await insertSeen(tx, input);
  const size = people.reduce((sum, { units }) => sum + units.size, 0);
  const isAllFresh = fresh.reduce((sum, row) => sum + row.people, 0) === size;
  const moved = isAllFresh ? [] : await moveSeen(tx, input);
  for (const row of [...fresh, ...moved]) count(gathered, people, row);
  for (const row of moved) {
    const { from_phase: phase, from_arm: arm } = row;
    count(gathered, people, { ...row, phase, arm, people: -row.people });
  }
  const changed = new Set([...fresh, ...moved].map(({ k }) => k));
  return people.filter((_, k) => changed.has(k));
}

async function insertSeen(tx: Tx, input: SQL): Promise<readonly Counted[]> {
  return tx.execute<Counted>(sql`
    with ${input}, fresh as (
      insert into release_seen (release_id, metric, scope, unit, phase, arm)
      select release_id, metric, scope, unit, phase, arm from input order by k, unit
      on conflict do nothing
      returning release_id, metric, scope, unit, phase, arm
    )
    select k, phase, arm, bucket, people from keys join (
      select release_id, metric, scope, phase, arm, ${BUCKET} as bucket, count(*)::int as people
      from fresh group by 1, 2, 3, 4, 5, 6
    ) as counted using (release_id, metric, scope)`);
}

/** Seldom anybody: a late batch of a lower phase, or somebody on both sides. */
async function moveSeen(tx: Tx, input: SQL): Promise<readonly Moved[]> {
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
    select k, from_phase, from_arm, phase, arm, ${BUCKET} as bucket, count(*)::int as people
    from old group by 1, 2, 3, 4, 5, 6`);
}

/** As `firstExposure` has it. Once false it stays so, whoever else writes: rows only go down. */
const COMES_BEFORE = sql`(seen.phase > input.phase
  or (seen.phase = input.phase and seen.arm <> input.arm and seen.arm <> 2))`;

/** The first byte of the hash; the sign of the stored number is its highest bit. */
const BUCKET = sql`case when metric = ${nameInUnits({ tally: 'units', metric: '' })} then ((unit >> 56) & 255)::int end`;

function inKeyOrder(seen: readonly SeenPeople[]): readonly SeenPeople[] {
  const rank = (key: SeenPeople) => `${key.releaseId} ${nameInUnits(key)} ${key.scope}`;
  return [...seen].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

function inputOf(people: readonly SeenPeople[]): SQL {
  const keys = people.map((key, k) => {
    return { k, release_id: key.releaseId, metric: nameInUnits(key), scope: key.scope };
  });
  const keyIndexes: number[] = [];
  const units: bigint[] = [];
  const phases: number[] = [];
  const arms: number[] = [];
  for (const [k, entry] of people.entries()) {
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
        ${list(arms)}::int[]) as people (k, unit, phase, arm)
      join keys using (k)
    )`;
}

/** A list as text: Drizzle would make a parameter of each item. */
function list(items: readonly (number | bigint)[]): string {
  return `{${items.join(',')}}`;
}

function count(gathered: Gathered, people: readonly SeenPeople[], row: Counted): void {
  const key = people[row.k];
  if (!key) return;
  const { releaseId, tally, metric } = key;
  const total = gathered.total({ releaseId, tally, metric, phase: row.phase, armCode: row.arm });
  total.count += row.people;
  if (row.bucket === null) return;
  total.bucketCounts ??= new Float64Array(256);
  total.bucketCounts[row.bucket] = (total.bucketCounts[row.bucket] ?? 0) + row.people;
}

import type { Arm } from '@sluice/sdk/core';
import { BUCKETS } from '@sluice/sdk/protocol';
import { sql } from 'drizzle-orm';
import { AppError } from '../../domain/errors.js';
import type { PinnedGates } from '../../domain/gates/evidence.js';
import type {
  BucketSums,
  MetricTotals,
  PerArm,
  PhaseTotals,
  ReleaseTotals,
} from '../../domain/gates/totals.js';
import {
  ARM_CODES,
  BOTH_ARMS,
  nameInTotals,
  parseNameInTotals,
  type Tally,
  type TallyKey,
} from '../../domain/metrics/tally.js';
import type { Db, Tx } from '../db.js';
import { type CountedRelease, readCountedReleases } from './counted-releases.js';

export interface TotalRow extends TallyKey {
  readonly phase: number;
  readonly arm: number;
  readonly count: number;
  readonly sum: number;
  readonly bucketSums: readonly number[] | null;
  readonly bucketCounts: readonly number[] | null;
}

/** Everything that a release has gathered so far, of every server. */
export async function readReleaseTotals(db: Db | Tx, releaseId: string): Promise<ReleaseTotals> {
  const release = (await readCountedReleases(db, [releaseId])).get(releaseId);
  if (!release) throw new AppError('NOT_FOUND', `release "${releaseId}" does not exist`);
  return toReleaseTotals(release, await readTotalRows(db, releaseId, null));
}

/** One row per tally, phase and arm, with the rows of all writers added; `keys` null reads all. */
export async function readTotalRows(
  db: Db | Tx,
  releaseId: string,
  keys: readonly TallyKey[] | null,
): Promise<readonly TotalRow[]> {
  const names = keys && JSON.stringify(keys.map(nameInTotals));
  const only =
    names === null ? sql`` : sql`and metric in (select json_array_elements_text(${names}::json))`;
  const rows = await db.execute<{
    readonly metric: string;
    readonly phase: number;
    readonly arm: number;
    readonly count: number;
    readonly sum: number;
    readonly bucket_sums: readonly number[] | null;
    readonly bucket_counts: readonly number[] | null;
  }>(sql`
    select metric, phase, arm, count::float8 as count, sum, bucket_sums, bucket_counts
    from release_totals where release_id = ${releaseId} ${only}
    order by replica, metric, phase, arm`);
  const added = new Map<string, TotalRow>();
  for (const row of rows) {
    const id = `${row.metric} ${row.phase} ${row.arm}`;
    const before = added.get(id);
    added.set(id, {
      ...{ ...parseNameInTotals(row.metric), phase: row.phase, arm: row.arm },
      count: (before?.count ?? 0) + Number(row.count),
      sum: (before?.sum ?? 0) + Number(row.sum),
      bucketSums: addLists(before?.bucketSums ?? null, row.bucket_sums),
      bucketCounts: addLists(before?.bucketCounts ?? null, row.bucket_counts),
    });
  }
  return [...added.values()];
}

function addLists(
  one: readonly number[] | null,
  other: readonly number[] | null,
): readonly number[] | null {
  if (one === null || other === null) return one ?? other;
  return one.map((value, bucket) => value + (other[bucket] ?? 0));
}

type Release = Pick<CountedRelease, 'sample' | 'phases' | 'frozen'>;

export function toReleaseTotals(release: Release, rows: readonly TotalRow[]): ReleaseTotals {
  const byKey = new Map(rows.map((row) => [idOf(row, row.phase, row.arm), row]));
  const metrics = new Set(rows.flatMap(({ metric }) => (metric === '' ? [] : [metric])));
  const phases = release.phases.map((phase): PhaseTotals => {
    const find = (key: TallyKey, arm: number) => byKey.get(idOf(key, phase.phase, arm));
    const countOf = (tally: Tally, metric = '') =>
      perArm((arm) => find({ tally, metric }, ARM_CODES[arm])?.count ?? 0);
    const bucketsIn = (arm: number) => find(UNITS, arm)?.bucketCounts ?? null;
    const unitBuckets = perArm((arm) => addLists(bucketsIn(ARM_CODES[arm]), bucketsIn(BOTH_ARMS)));
    const inBoth = find(UNITS, BOTH_ARMS)?.count ?? 0;
    const inOne = countOf('units');
    return {
      ...{ phase: phase.phase, round: phase.segment, step: phase.step },
      share: phase.percent / 100,
      units: perArm((arm) => inOne[arm] + inBoth),
      firstUnits: countOf('firstUnits'),
      unitsInBothArms: inBoth,
      exposures: countOf('exposures'),
      metrics: Object.fromEntries(
        [...metrics].flatMap((metric) => {
          const totals = metricTotals(metric, {
            find,
            countOf,
            unitBuckets,
            frozen: release.frozen,
          });
          return Object.keys(totals).length === 0 ? [] : [[metric, totals]];
        }),
      ),
    };
  });
  return { sample: release.sample, phases };
}

const UNITS: TallyKey = { tally: 'units', metric: '' };

function idOf({ tally, metric }: TallyKey, phase: number, arm: number): string {
  return `${tally} ${metric} ${phase} ${arm}`;
}

interface PhaseRows {
  readonly find: (key: TallyKey, arm: number) => TotalRow | undefined;
  readonly countOf: (tally: Tally, metric: string) => PerArm<number>;
  /** Distinct units of the phase by bucket. */
  readonly unitBuckets: PerArm<readonly number[] | null>;
  readonly frozen: PinnedGates | null;
}

function metricTotals(metric: string, rows: PhaseRows): MetricTotals {
  const { find, countOf } = rows;
  const has = (tally: Tally) =>
    [0, 1, BOTH_ARMS].some((arm) => find({ tally, metric }, arm) !== undefined);
  const treated = find({ tally: 'sums', metric }, ARM_CODES.treatment);
  const isLimit = rows.frozen?.limits.some((limit) => limit.metric === metric) ?? false;
  const hasBuckets = !isLimit && has('sums');
  return {
    ...(has('firsts') && { firsts: countOf('firsts', metric) }),
    ...(has('firstsAll') && { firstsAll: countOf('firstsAll', metric) }),
    ...(hasBuckets && { buckets: perArm((arm) => bucketsOf(metric, arm, rows)) }),
    ...(isLimit && { slo: { bad: treated?.sum ?? 0, total: treated?.count ?? 0 } }),
  };
}

/** A metric per unit is divided by the units of the phase, whatever they were counted for first. */
function bucketsOf(metric: string, arm: Arm, { find, unitBuckets, frozen }: PhaseRows): BucketSums {
  const row = find({ tally: 'sums', metric }, ARM_CODES[arm]);
  const definition = frozen?.compared.find((gate) => gate.metric === metric)?.definition;
  const isPerUnit = definition !== undefined && 'per' in definition && definition.per === 'unit';
  const n = isPerUnit ? unitBuckets[arm] : row?.bucketCounts;
  return { s: row?.bucketSums ?? NOTHING, n: n ?? NOTHING };
}

const NOTHING: readonly number[] = new Array<number>(BUCKETS).fill(0);

function perArm<T>(of: (arm: Arm) => T): PerArm<T> {
  return { treatment: of('treatment'), control: of('control') };
}

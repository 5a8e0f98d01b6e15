import { sql } from 'drizzle-orm';
import type { MetricDefinition } from '../../domain/metrics/metric.js';
import {
  exposureSeries,
  flagSeries,
  type ReleaseSide,
  releaseSeries,
} from '../../domain/metrics/series.js';
import type { Db, Tx } from '../db.js';

export interface SeriesPoint {
  readonly at: Date;
  readonly count: number;
  readonly sum: number;
}

export interface SeriesQuery {
  readonly environmentId: string;
  /** Names as in `metric_slots`. */
  readonly series: readonly string[];
  readonly from: Date;
  readonly to: Date;
}

/** More than these are put together: nobody sees more on a screen. */
const POINTS_MAX = 600;
const SLOT_SECONDS = 10;

/** What was counted over time, of all servers; a point is at the start of its stretch. */
export async function readMetricSeries(
  db: Db | Tx,
  { environmentId, series, from, to }: SeriesQuery,
): Promise<ReadonlyMap<string, readonly SeriesPoint[]>> {
  const seconds = stretchOf(from, to);
  const rows = await db.execute<{ series: string; at: number; count: number; sum: number }>(sql`
    select series, count(*)::int as rows, sum(count)::float8 as count, sum(sum)::float8 as sum,
      extract(epoch from date_bin(${`${seconds} seconds`}::interval, at, 'epoch'))::float8 as at
    from metric_slots
    where environment_id = ${environmentId}
      and series in (select json_array_elements_text(${JSON.stringify(series)}::json))
      and at >= ${from.toISOString()}::timestamptz and at < ${to.toISOString()}::timestamptz
    group by 1, 5 order by 1, 5`);
  const points = new Map<string, SeriesPoint[]>();
  for (const { series: name, at, count, sum } of rows) {
    const list = points.get(name) ?? [];
    points.set(name, list);
    list.push({ at: new Date(Number(at) * 1_000), count: Number(count), sum: Number(sum) });
  }
  return points;
}

function stretchOf(from: Date, to: Date): number {
  const seconds = (to.getTime() - from.getTime()) / 1_000 / POINTS_MAX;
  return Math.max(SLOT_SECONDS, Math.ceil(seconds / SLOT_SECONDS) * SLOT_SECONDS);
}

/** One metric of one release at one moment: what was counted, and of how many. */
export interface ReleasePoint {
  readonly at: string;
  readonly phase: number;
  readonly treatment: { readonly count: number; readonly of: number };
  readonly control: { readonly count: number; readonly of: number };
}

export interface ReleaseSeriesQuery {
  readonly environmentId: string;
  readonly releaseId: string;
  readonly phases: readonly { readonly phase: number }[];
  readonly metric: string;
  readonly kind: MetricDefinition['kind'];
  readonly from: Date;
  readonly to: Date;
}

/**
 * A split metric counts units with their first event, out of the units that are new in the same
 * stretch; other metrics sum values, out of requests or events. Phases are never added up.
 */
export async function readReleaseSeries(
  db: Db | Tx,
  { releaseId, phases, metric, kind, ...range }: ReleaseSeriesQuery,
): Promise<readonly ReleasePoint[]> {
  const names = phases.map(({ phase }) => {
    const treatment = { releaseId, phase, arm: 'treatment' } as const;
    const control = { releaseId, phase, arm: 'control' } as const;
    return { phase, treatment: namesOf(treatment, metric), control: namesOf(control, metric) };
  });
  const series = names.flatMap(({ treatment, control }) => [
    ...Object.values(treatment),
    ...Object.values(control),
  ]);
  const points = await readMetricSeries(db, { ...range, series });
  return names.flatMap(({ phase, ...arms }) => {
    const treatment = sideOf(points, arms.treatment, kind);
    const control = sideOf(points, arms.control, kind);
    const times = new Set([...treatment.times, ...control.times]);
    return [...times]
      .sort((a, b) => a - b)
      .map((at) => ({
        ...{ at: new Date(at).toISOString(), phase },
        ...{ treatment: treatment.countAt(at), control: control.countAt(at) },
      }));
  });
}

interface SideNames {
  readonly own: string;
  readonly exposed: string;
}

function namesOf(side: ReleaseSide, metric: string): SideNames {
  return { own: releaseSeries(side, metric), exposed: exposureSeries(side) };
}

function sideOf(
  points: ReadonlyMap<string, readonly SeriesPoint[]>,
  names: SideNames,
  kind: MetricDefinition['kind'],
) {
  const own = byTime(points.get(names.own));
  const exposed = byTime(points.get(names.exposed));
  return {
    times: [...own.keys(), ...exposed.keys()],
    countAt: (at: number) => countOf(kind, own.get(at), exposed.get(at)),
  };
}

function countOf(
  kind: MetricDefinition['kind'],
  own: SeriesPoint | undefined,
  exposed: SeriesPoint | undefined,
) {
  if (kind === 'split') return { count: own?.count ?? 0, of: exposed?.sum ?? 0 };
  const isPerUnit = own !== undefined && own.count === 0;
  return { count: own?.sum ?? 0, of: (isPerUnit ? exposed?.sum : own?.count) ?? 0 };
}

function byTime(points: readonly SeriesPoint[] = []): ReadonlyMap<number, SeriesPoint> {
  return new Map(points.map((point) => [point.at.getTime(), point]));
}

export interface EvaluationsQuery {
  readonly environmentIds: readonly string[];
  readonly flag: string;
  readonly variants: readonly string[];
}

/** How often a flag was evaluated lately: by name, so that an index finds it. */
export async function countEvaluations(
  db: Db | Tx,
  { environmentIds, flag, variants }: EvaluationsQuery,
  days: number,
): Promise<number> {
  const series = variants.map((variant) => flagSeries(flag, variant));
  const [row] = await db.execute<{ count: number }>(sql`
    select coalesce(sum(count), 0)::float8 as count from metric_slots
    where environment_id in (
        select json_array_elements_text(${JSON.stringify(environmentIds)}::json)
      )
      and series in (select json_array_elements_text(${JSON.stringify(series)}::json))
      and at > now() - ${days}::int * interval '1 day'`);
  return Number(row?.count ?? 0);
}

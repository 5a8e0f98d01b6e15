import { sql } from 'drizzle-orm';
import type { PerArm } from '../../domain/gates/totals.js';
import type { MetricDefinition } from '../../domain/metrics/metric.js';
import { nameInTotals } from '../../domain/metrics/tally.js';
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

const EXPOSURES = nameInTotals({ tally: 'exposures', metric: '' });
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
 * People with their first event of a split, of the people that came new in that stretch; of
 * everything else the sum, of requests or events. Phases are never added up.
 */
export async function readReleaseSeries(
  db: Db | Tx,
  query: ReleaseSeriesQuery,
): Promise<readonly ReleasePoint[]> {
  const { releaseId, phases, metric, kind, environmentId, from, to } = query;
  const name = (phase: number, arm: string, key: string) =>
    `release:${releaseId}:${phase}:${arm}:${key}`;
  const series = phases.flatMap(({ phase }) =>
    ['treatment', 'control'].flatMap((arm) => [
      name(phase, arm, metric),
      name(phase, arm, EXPOSURES),
    ]),
  );
  const points = await readMetricSeries(db, { environmentId, series, from, to });
  return phases.flatMap(({ phase }) => {
    const byArm = (arm: string) => {
      const own = byTime(points.get(name(phase, arm, metric)));
      const exposed = byTime(points.get(name(phase, arm, EXPOSURES)));
      return (at: number) => countOf(kind, own.get(at), exposed.get(at));
    };
    const arms: PerArm<ReturnType<typeof byArm>> = {
      treatment: byArm('treatment'),
      control: byArm('control'),
    };
    const mine = series.filter((key) => key.startsWith(`release:${releaseId}:${phase}:`));
    const times = new Set(mine.flatMap((key) => (points.get(key) ?? []).map(timeOf)));
    return [...times]
      .sort((a, b) => a - b)
      .map((at) => ({
        ...{ at: new Date(at).toISOString(), phase },
        ...{ treatment: arms.treatment(at), control: arms.control(at) },
      }));
  });
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
  return new Map(points.map((point) => [timeOf(point), point]));
}

function timeOf({ at }: SeriesPoint): number {
  return at.getTime();
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
  const series = variants.map((variant) => `flag:${flag}:${variant}`);
  const [row] = await db.execute<{ count: number }>(sql`
    select coalesce(sum(count), 0)::float8 as count from metric_slots
    where environment_id in (
        select json_array_elements_text(${JSON.stringify(environmentIds)}::json)
      )
      and series in (select json_array_elements_text(${JSON.stringify(series)}::json))
      and at > now() - ${days}::int * interval '1 day'`);
  return Number(row?.count ?? 0);
}

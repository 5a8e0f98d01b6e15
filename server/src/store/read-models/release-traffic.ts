import { decodeSketch, Sketch } from '@sluice/sdk/protocol';
import { sql } from 'drizzle-orm';
import { eventSeries, flagSeries } from '../../domain/metrics/series.js';
import type { Db, Tx } from '../db.js';

/** What an environment did in the last 24 hours, as far as the plan of a release depends on it. */
export interface Traffic {
  /** The asked events by name. */
  readonly events: ReadonlyMap<string, number>;
  readonly requests: number;
  /** Units that evaluated the flag, estimated until a release counts them. */
  readonly units: number;
  readonly unitsPerHour: number;
}

/** The estimated number of evaluations of one flag by one unit in a day. */
const EVALUATIONS_PER_UNIT = 10;
const REQUESTS = ['http.request', 'http.latency'];
/** The first evaluation may be seconds old, which says nothing about an hour. */
const HOURS_MIN = 1 / 60;

interface TrafficRow extends Record<string, unknown> {
  readonly series: string;
  readonly count: number;
  /** Since the oldest count of the series. */
  readonly hours: number;
}

export async function readTraffic(
  db: Db | Tx,
  environmentId: string,
  flag: string,
  events: readonly string[],
): Promise<Traffic> {
  const rows = await readRows(db, environmentId, flag, [...events, ...REQUESTS]);
  const counts = new Map(rows.map(({ series, count }) => [series, Number(count)]));
  const countOf = (event: string) => counts.get(eventSeries(event)) ?? 0;
  const ofFlag = rows.filter(({ series }) => series.startsWith(flagSeries(flag, '')));
  const evaluations = ofFlag.reduce((sum, { count }) => sum + Number(count), 0);
  const hours = Math.max(HOURS_MIN, ...ofFlag.map((row) => Number(row.hours)));
  const units = evaluations / EVALUATIONS_PER_UNIT;
  return {
    events: new Map(events.map((event) => [event, countOf(event)])),
    requests: Math.max(...REQUESTS.map(countOf)),
    units,
    unitsPerHour: units / hours,
  };
}

/** Asks for series by name, so that PostgreSQL finds them through the primary key. */
async function readRows(
  db: Db | Tx,
  environmentId: string,
  flag: string,
  events: readonly string[],
): Promise<readonly TrafficRow[]> {
  return db.execute<TrafficRow>(sql`
    select series, sum(count)::float8 as count,
      (extract(epoch from now() - min(at)) / 3600)::float8 as hours
    from metric_slots
    where environment_id = ${environmentId} and at > now() - interval '24 hours'
      and series in (
        select json_array_elements_text(${JSON.stringify(events.map(eventSeries))}::json)
        union all
        select ${flagSeries(flag, '')} || variant
        from environments join flags on flags.project_id = environments.project_id,
          json_object_keys(flags.variants) as variant
        where environments.id = ${environmentId} and flags.key = ${flag}
      )
    group by 1`);
}

export interface Baseline {
  /** Values of the last 24 hours. */
  readonly count: number;
  readonly p95: number | null;
}

/** The values of a metric before a release, from the sketches of all servers. */
export async function readBaseline(
  db: Db | Tx,
  environmentId: string,
  metric: string,
): Promise<Baseline> {
  const rows = await db.execute<{ text: string }>(sql`
    select convert_from(sketch, 'UTF8') as text from metric_slots
    where environment_id = ${environmentId} and series = ${eventSeries(metric)}
      and at > now() - interval '24 hours' and sketch is not null`);
  const whole = new Sketch();
  for (const { text } of rows) {
    const sketch = decodeSketch(text);
    if (sketch) whole.merge(sketch);
  }
  return { count: whole.count, p95: whole.quantile(0.95) };
}

import { sql } from 'drizzle-orm';
import type { Db } from '../db.js';

export interface EventCounts {
  /** Events of the last 24 hours by name. */
  readonly events: ReadonlyMap<string, number>;
  readonly requests: number;
  /** People who met the flag, estimated. */
  readonly units: number;
  readonly unitsPerHour: number;
}

/** An estimate until a release has counted: how often a person meets a flag in a day. */
const EVALUATIONS_PER_UNIT = 10;
const REQUESTS = ['http.request', 'http.latency'];

/** What an environment did in the last 24 hours, as far as a plan wants to know. */
export async function readEventCounts(
  db: Db,
  environmentId: string,
  flag: string,
): Promise<EventCounts> {
  const rows = await db.execute<{ series: string; count: number; hours: number }>(sql`
    select case when starts_with(series, 'metric:') then substr(series, 8) else 'flag:' end
        as series,
      sum(count)::float8 as count,
      greatest(extract(epoch from now() - min(at)) / 3600, 1.0 / 60)::float8 as hours
    from metric_slots
    where environment_id = ${environmentId} and at > now() - interval '24 hours'
      and (starts_with(series, 'metric:') or starts_with(series, ${`flag:${flag}:`}))
    group by 1`);
  const events = new Map(rows.map(({ series, count }) => [series, Number(count)]));
  const evaluated = rows.find(({ series }) => series === 'flag:');
  const units = Number(evaluated?.count ?? 0) / EVALUATIONS_PER_UNIT;
  return {
    events,
    requests: Math.max(...REQUESTS.map((name) => events.get(name) ?? 0)),
    units,
    unitsPerHour: evaluated === undefined ? 0 : units / Number(evaluated.hours),
  };
}

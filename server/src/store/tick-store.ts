import { sql } from 'drizzle-orm';
import type { Measurement } from '../domain/sources/measurement.js';
import type { Db } from './db.js';

const TICKS_KEPT = 1_000;

/**
 * Claims due releases, each for one server and for the duration of a tick. If two servers still
 * write the same release, the compare-and-set lets one through.
 */
export async function claimDueReleases(db: Db, limit: number): Promise<readonly string[]> {
  const rows = await db.execute<{ id: string }>(sql`
    update releases set next_tick_at = clock_timestamp()
      + coalesce((plan ->> 'tickSeconds')::float8, 30) * interval '1 second'
    where id in (
      select id from releases where next_tick_at <= clock_timestamp()
      order by next_tick_at limit ${limit}::int for update skip locked
    )
    returning id`);
  return rows.map(({ id }) => id);
}

/** Keeps the newest thousand of each metric. */
export async function insertGateTick(
  db: Db,
  tick: Measurement & { readonly releaseId: string; readonly metric: string; readonly at: Date },
): Promise<void> {
  const { releaseId, metric, at, status, value, message } = tick;
  await db.execute(sql`
    insert into gate_ticks (release_id, metric, at, status, value, message)
    values (${releaseId}, ${metric}, ${at.toISOString()}::timestamptz, ${status}, ${value},
      ${message})
    on conflict do nothing`);
  await db.execute(sql`
    delete from gate_ticks where release_id = ${releaseId} and metric = ${metric} and at < (
      select at from gate_ticks where release_id = ${releaseId} and metric = ${metric}
      order by at desc offset ${TICKS_KEPT}::int limit 1
    )`);
}

const PEOPLE_AT_ONCE = 2_000;
const CHUNKS_MAX = 50;

/**
 * Deletes the counted users of ended releases. They matter only while more events may arrive; sums
 * and decisions are kept permanently. Short statements keep lock times short.
 */
export async function forgetPeople(db: Db): Promise<void> {
  for (let chunk = 0; chunk < CHUNKS_MAX; chunk += 1) {
    if ((await deleteSeenPeople(db, PEOPLE_AT_ONCE)) < PEOPLE_AT_ONCE) return;
  }
}

async function deleteSeenPeople(db: Db, limit: number): Promise<number> {
  const [row] = await db.execute<{ gone: number }>(sql`
    with gone as (
      delete from release_seen where ctid = any(array(
        select ctid from release_seen where release_id in (
          select id from releases where ended_at < now() - interval '10 minutes'
        ) limit ${limit}::int
      )) returning 1
    )
    select count(*)::int as gone from gone`);
  return row?.gone ?? 0;
}

export interface LatestTick {
  readonly releaseId: string;
  readonly projectId: string;
  readonly at: string;
}

/** When each release that still runs was last evaluated. */
export async function listLatestTicks(db: Db): Promise<readonly LatestTick[]> {
  const rows = await db.execute<{ id: string; project_id: string; at: string }>(sql`
    select id, project_id, last_tick_at::text as at from releases
    where next_tick_at is not null and last_tick_at is not null`);
  return rows.map((row) => ({ releaseId: row.id, projectId: row.project_id, at: row.at }));
}

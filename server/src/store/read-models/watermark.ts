import { sql } from 'drizzle-orm';
import type { Db, Tx } from '../db.js';

export interface Watermark {
  /** Up to when every live instance that sends events has sent all of its own; null: none does. */
  readonly watermark: Date | null;
  /** Instances heard of within a minute. */
  readonly live: number;
  /** Those not heard of for 90 seconds that used to send events, by name. */
  readonly silent: readonly string[];
}

const SILENT_MAX = 100;

export async function readWatermark(db: Db | Tx, environmentId: string): Promise<Watermark> {
  const rows = await db.execute<{
    readonly watermark: number | null;
    readonly live: number;
    readonly silent: readonly string[];
  }>(sql`
    select (extract(epoch from min(through) filter (where ${IS_LIVE})) * 1000)::float8 as watermark,
      (count(*) filter (where ${IS_LIVE}))::int as live,
      (select coalesce(json_agg(name), '[]'::json) from (
        select concat_ws(' ', nullif(service, ''), id) as name from instances
        where environment_id = ${environmentId} and through is not null and ${IS_SILENT}
        order by last_seen_at desc limit ${SILENT_MAX}::int
      ) as names) as silent
    from instances where environment_id = ${environmentId}`);
  const [row] = rows;
  if (!row) return { watermark: null, live: 0, silent: [] };
  const { watermark, live, silent } = row;
  return { watermark: watermark === null ? null : new Date(Number(watermark)), live, silent };
}

const IS_LIVE = sql`last_seen_at > now() - interval '60 seconds'`;
const IS_SILENT = sql`last_seen_at < now() - interval '90 seconds'`;

import { type SQL, sql } from 'drizzle-orm';
import { ACTIVE_STATES } from '../../domain/releases/release.js';
import type { Db } from '../../store/db.js';

/** Charts and findings are kept this long. */
const KEPT_DAYS = 30;

/** Deletes at most `limit` old rows of charts. Like those below, returns how many it deleted. */
export function pruneSlots(db: Db, limit: number): Promise<number> {
  return prune(db, { table: 'metric_slots', where: isOld(sql`at`), limit });
}

export function pruneFindings(db: Db, limit: number): Promise<number> {
  return prune(db, { table: 'ingest_findings', where: isOld(sql`last_at`), limit });
}

/** Deletes units of releases that have ended. Their totals stay. */
export function pruneUnits(db: Db, limit: number): Promise<number> {
  const where = sql`not exists (
    select from releases where releases.id = release_id and state in (
      select json_array_elements_text(${JSON.stringify(ACTIVE_STATES)}::json)
    )
  )`;
  return prune(db, { table: 'release_seen', where, limit });
}

function isOld(column: SQL): SQL {
  return sql`${column} < now() - ${KEPT_DAYS}::int * interval '1 day'`;
}

interface Pruning {
  readonly table: string;
  readonly where: SQL;
  readonly limit: number;
}

/** Skips rows that another server is deleting, so any number of servers may prune at once. */
async function prune(db: Db, { table, where, limit }: Pruning): Promise<number> {
  const gone = await db.execute(sql`
    delete from ${sql.identifier(table)} where ctid = any(array(
      select ctid from ${sql.identifier(table)} where ${where}
      limit ${limit}::int for update skip locked
    )) returning 1 as gone`);
  return gone.length;
}

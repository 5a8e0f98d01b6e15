import { sql } from 'drizzle-orm';
import type { Tx } from '../../store/db.js';

/** The clock of the database, in epoch milliseconds. */
export async function readNow(tx: Tx): Promise<number> {
  const [row] = await tx.execute<{ now: number }>(sql`
    select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`);
  return row?.now ?? 0;
}

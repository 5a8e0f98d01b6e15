import { sql } from 'drizzle-orm';
import type { Db, Tx } from './db.js';

/** Epoch milliseconds of the database, the one clock of all schedules. */
export const CLOCK_MS = sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::float8`;

export async function readClock(db: Db | Tx): Promise<Date> {
  const [row] = await db.execute<{ ms: number }>(sql`select ${CLOCK_MS} as ms`);
  return new Date(Number(row?.ms));
}

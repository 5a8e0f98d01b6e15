import { eq, lt, sql } from 'drizzle-orm';
import { delaySecondsAfter, type Throttle } from '../domain/sign-in-throttle.js';
import type { Db } from './db.js';
import { signInFailures } from './schema/index.js';

/** 2^10 s is beyond every throttle's maximum. */
const EXPONENT_MAX = 10;

/**
 * Counts an attempt before it is judged, in one statement, so that parallel guesses wait for each
 * other's row. Returns 0 when allowed, else the seconds to wait; a rejection is not counted.
 */
export async function reserveAttempt(
  db: Db,
  subject: string,
  throttle: Throttle,
  now: Date,
): Promise<number> {
  const { count, lastAt } = signInFailures;
  const { freeAttempts, delaySecondsMax } = throttle;
  const delay = sql`make_interval(secs => case when ${count} < ${freeAttempts}::int then 0 else
    least(${delaySecondsMax}::int, power(2, least(${count} - ${freeAttempts}::int, ${EXPONENT_MAX}::int)))
    end)`;
  const at = now.toISOString();
  const rows = await db
    .insert(signInFailures)
    .values({ subject, count: 1, lastAt: now })
    .onConflictDoUpdate({
      target: signInFailures.subject,
      set: { count: sql`${count} + 1`, lastAt: now },
      setWhere: sql`${lastAt} + ${delay} <= ${at}::timestamptz`,
    })
    .returning({ count });
  return rows.length > 0 ? 0 : secondsLeft(db, subject, throttle, now);
}

async function secondsLeft(
  db: Db,
  subject: string,
  throttle: Throttle,
  now: Date,
): Promise<number> {
  const [row] = await db.select().from(signInFailures).where(eq(signInFailures.subject, subject));
  if (!row) return 1;
  const openAtMs = row.lastAt.getTime() + delaySecondsAfter(throttle, row.count) * 1000;
  return Math.max(1, Math.ceil((openAtMs - now.getTime()) / 1000));
}

/** Resets the count of an account after a successful sign-in. */
export async function forgetAttempts(db: Db, subject: string): Promise<void> {
  await db.delete(signInFailures).where(eq(signInFailures.subject, subject));
}

/** Subtracts only the successful attempt, because other users may share the address. */
export async function takeBackAttempt(db: Db, subject: string): Promise<void> {
  await db
    .update(signInFailures)
    .set({ count: sql`greatest(0, ${signInFailures.count} - 1)` })
    .where(eq(signInFailures.subject, subject));
}

export async function forgetAttemptsBefore(db: Db, before: Date): Promise<void> {
  await db.delete(signInFailures).where(lt(signInFailures.lastAt, before));
}

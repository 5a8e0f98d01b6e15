import type { Actor } from '../domain/actor.js';
import type { Db, Tx } from '../store/db.js';

/** What every verb needs to know about the request it serves. */
export interface Ctx {
  readonly actor: Actor;
  readonly requestId: string;
  readonly db: Db;
  readonly now: () => Date;
  /** Told after each commit, so that this process re-reads at once. A hint: others poll. */
  readonly nudge: () => void;
  /** STORAGE_FULL when the disk is nearly full. */
  readonly assertSpace: () => void;
}

/** State, audit row and revision commit together or not at all. */
export async function inTransaction<T>(ctx: Ctx, work: (tx: Tx) => Promise<T>): Promise<T> {
  ctx.assertSpace();
  return inEssentialTransaction(ctx, work);
}

/** For the few changes that the last of the disk is kept for, because they stop harm. */
export async function inEssentialTransaction<T>(
  ctx: Ctx,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const result = await ctx.db.transaction(work);
  ctx.nudge();
  return result;
}

import type { Actor } from '../domain/actor.js';
import type { Db, Tx } from '../store/db.js';

/** What every verb needs to know about the request it serves. */
export interface Ctx {
  readonly actor: Actor;
  readonly requestId: string;
  readonly db: Db;
  readonly now: () => Date;
  /** Called after each commit, so that this server reads changes at once. Other servers poll. */
  readonly nudge: () => void;
  /** Throws STORAGE_FULL when the disk is nearly full. */
  readonly assertSpace: () => void;
}

/** State, audit entry and revision are committed together or not at all. */
export async function inTransaction<T>(ctx: Ctx, work: (tx: Tx) => Promise<T>): Promise<T> {
  ctx.assertSpace();
  return inEssentialTransaction(ctx, work);
}

/** For the few changes that stop harm. They may use the last disk space, so it is not checked. */
export async function inEssentialTransaction<T>(
  ctx: Ctx,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const result = await ctx.db.transaction(work);
  ctx.nudge();
  return result;
}

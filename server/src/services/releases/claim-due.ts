import { claimDueReleases } from '../../store/tick-store.js';
import type { Ctx } from '../context.js';

/** Ids of releases whose tick is due, claimed for one tick's time. */
export async function claimDue(ctx: Ctx, limit: number): Promise<readonly string[]> {
  return claimDueReleases(ctx.db, limit);
}

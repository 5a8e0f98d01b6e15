import { deleteSeenPeople } from '../../store/tick-store.js';
import type { Ctx } from '../context.js';

const CHUNK = 2_000;
const CHUNKS_MAX = 50;

/** Throws away who was counted in releases that are over. */
export async function forgetPeople(ctx: Ctx): Promise<void> {
  for (let chunk = 0; chunk < CHUNKS_MAX; chunk += 1) {
    if ((await deleteSeenPeople(ctx.db, CHUNK)) < CHUNK) return;
  }
}

import type { Log } from '../../log.js';
import type { Move } from '../../domain/releases/moves.js';
import { toEnd } from '../../domain/releases/moves.js';
import { readConfirmation } from '../../store/read-models/release-confirmation.js';
import type { TickSubject } from '../../store/read-models/tick-scene.js';
import { readClock } from '../../store/release-store.js';
import { type Ctx, inEssentialTransaction } from '../context.js';
import { lockAsSeen } from './lock-as-seen.js';
import { systemGrant } from './system-grant.js';
import { writeMove } from './write-move.js';

const CONFIRMED_MIN = 0.99;
const WAIT_MS_MAX = 5 * 60_000;

/**
 * Ends a rollback once instances have confirmed it, or says so when they have not in five minutes.
 * `writeMove` leaves `recordChange()`'s row.
 */
export async function finishRollback(
  ctx: Ctx,
  log: Log,
  seen: TickSubject,
): Promise<'moved' | 'looked' | 'overtaken'> {
  const { release, now } = seen;
  const { environmentId, rollbackRevision } = release;
  const confirmation = await readConfirmation(ctx.db, environmentId, rollbackRevision);
  const { instances, off } = confirmation ?? { instances: 0, off: 0 };
  const isConfirmed = off >= instances * CONFIRMED_MIN;
  const waitedMs = now.getTime() - (release.stepStartedAt ?? now).getTime();
  if (!isConfirmed && waitedMs < WAIT_MS_MAX) return 'looked';
  const confirmed = `${off} of ${instances} instances confirmed`;
  const sentence = isConfirmed
    ? `Rolled back to ${release.percent} %: ${confirmed}.`
    : `Rolled back to ${release.percent} %, but only ${confirmed} within 5 minutes.`;
  const isDone = await inEssentialTransaction(ctx, async (tx) => {
    const subject = await lockAsSeen(tx, seen);
    if (subject === null || subject.config.killed) return false;
    const at = await readClock(tx);
    const end = toEnd('rolled_back', { action: 'finish_rollback', sentence, at });
    const move: Move = isConfirmed ? end : { ...end, event: 'rolled_back' };
    await writeMove(tx, ctx, systemGrant(seen), subject, move, { at });
    return true;
  });
  if (isDone && !isConfirmed) log.error(sentence, { environmentId });
  return isDone ? 'moved' : 'overtaken';
}

import type { Log } from '../../log.js';
import type { Move } from '../../domain/releases/moves.js';
import { toEnd } from '../../domain/releases/moves.js';
import { readConfirmation } from '../../store/read-models/release-confirmation.js';
import type { TickSubject } from '../../store/read-models/tick-scene.js';
import type { Ctx } from '../context.js';
import { moveAsSeen } from './move-as-seen.js';
import { writeMove } from './write-move.js';

const CONFIRMED_MIN = 0.99;
const WAIT_MS_MAX = 5 * 60_000;

/** Ends a rollback when 99 % of instances have confirmed it, or after five minutes without that. */
export async function finishRollback(
  ctx: Ctx,
  log: Log,
  seen: TickSubject,
): Promise<'moved' | 'evaluated' | 'overtaken'> {
  const { release, now } = seen;
  const { environmentId, rollbackRevision } = release;
  const confirmation = await readConfirmation(ctx.db, environmentId, rollbackRevision);
  const { instances, off } = confirmation ?? { instances: 0, off: 0 };
  const isConfirmed = off >= instances * CONFIRMED_MIN;
  const waitedMs = now.getTime() - (release.stepStartedAt ?? now).getTime();
  if (!isConfirmed && waitedMs < WAIT_MS_MAX) return 'evaluated';
  const confirmed = `${off} of ${instances} instances confirmed`;
  const sentence = isConfirmed
    ? `Rolled back to ${release.percent} %: ${confirmed}.`
    : `Rolled back to ${release.percent} %, but only ${confirmed} within 5 minutes.`;
  const isDone = await moveAsSeen(ctx, seen, ({ tx, grant, subject, at }) => {
    const end = toEnd('rolled_back', { action: 'finish_rollback', sentence, at });
    const move: Move = isConfirmed ? end : { ...end, event: 'rolled_back' };
    return writeMove(tx, ctx, grant, subject, move, { at });
  });
  if (isDone && !isConfirmed) log.error(sentence, { environmentId });
  return isDone ? 'moved' : 'overtaken';
}

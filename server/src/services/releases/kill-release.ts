import type { Move } from '../../domain/releases/moves.js';
import type { TickSubject } from '../../store/read-models/tick-scene.js';
import type { Ctx } from '../context.js';
import { moveAsSeen } from './move-as-seen.js';
import { writeMove } from './write-move.js';

/** Ends the release of a flag that was killed. */
export async function killRelease(ctx: Ctx, seen: TickSubject): Promise<boolean> {
  return moveAsSeen(
    ctx,
    seen,
    ({ tx, grant, subject, at }) =>
      writeMove(tx, ctx, grant, subject, toKilled(at), { at, evenKilled: true }),
    { ifKilled: true },
  );
}

export function toKilled(at: Date): Move {
  return {
    action: 'kill',
    sentence: 'Ended: the flag was killed.',
    frees: true,
    change: { state: 'killed', pauseReason: null, endedAt: at, nextTickAt: null },
    event: 'killed',
  };
}

import type { Move } from '../../domain/releases/moves.js';
import type { TickSubject } from '../../store/read-models/tick-scene.js';
import { readClock } from '../../store/release-store.js';
import { type Ctx, inEssentialTransaction } from '../context.js';
import { lockAsSeen } from './lock-as-seen.js';
import { systemGrant } from './system-grant.js';
import { writeMove } from './write-move.js';

/** The flag was killed, so its release is over; `writeMove` leaves `recordChange()`'s row. */
export async function killRelease(ctx: Ctx, seen: TickSubject): Promise<'moved' | 'overtaken'> {
  const grant = systemGrant(seen);
  return inEssentialTransaction(ctx, async (tx) => {
    const subject = await lockAsSeen(tx, seen);
    if (subject === null || !subject.config.killed) return 'overtaken';
    const at = await readClock(tx);
    await writeMove(tx, ctx, grant, subject, toKilled(at), { at, evenKilled: true });
    return 'moved';
  });
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

import type { Decision } from '../../domain/releases/decision.js';
import { toPause } from '../../domain/releases/moves.js';
import { readTickSubject } from '../../store/read-models/tick-scene.js';
import { readClock, saveLook } from '../../store/release-store.js';
import { type Ctx, inEssentialTransaction } from '../context.js';
import { lockAsSeen } from './lock-as-seen.js';
import { systemGrant } from './system-grant.js';
import { writeMove } from './write-move.js';

export interface BrokenTick {
  readonly releaseId: string;
  /** What went wrong, for people. */
  readonly message: string;
  /** It has gone wrong so often that waiting mends nothing. */
  readonly isStructural: boolean;
}

const MAY_PAUSE: readonly string[] = ['scheduled', 'running', 'final_bake'];

/** A tick that cannot decide holds the release and says so; `writeMove` does `recordChange()`. */
export async function noteBrokenTick(ctx: Ctx, broken: BrokenTick): Promise<void> {
  const { releaseId, message, isStructural } = broken;
  const seen = await readTickSubject(ctx.db, releaseId);
  if (!seen || !MAY_PAUSE.includes(seen.release.state)) return;
  const sentence = `Holding: the last look failed: ${message}`;
  if (!isStructural) {
    const decision: Decision = {
      ...{ action: 'hold', sentence, because: [], bakedMs: seen.release.bakedMs },
      holds: [{ code: 'SOURCE_ERROR', message }],
    };
    await saveLook(ctx.db, seen.release, { decision });
    return;
  }
  await inEssentialTransaction(ctx, async (tx) => {
    const subject = await lockAsSeen(tx, seen);
    if (subject === null || subject.config.killed) return;
    const at = await readClock(tx);
    const move = toPause('error', `Paused: it cannot be judged: ${message}`);
    await writeMove(tx, ctx, systemGrant(seen), subject, move, { at });
  });
}

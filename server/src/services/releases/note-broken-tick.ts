import type { Decision } from '../../domain/releases/decision.js';
import { toPause } from '../../domain/releases/moves.js';
import { risesByItself } from '../../domain/releases/release.js';
import { readTickSubject } from '../../store/read-models/tick-scene.js';
import { saveTickResult } from '../../store/release-store.js';
import type { Ctx } from '../context.js';
import { moveAsSeen } from './move-as-seen.js';
import { writeMove } from './write-move.js';

export interface BrokenTick {
  readonly releaseId: string;
  /** The error, as the page shows it. */
  readonly message: string;
  /** True after so many failures that a further retry is not expected to succeed. */
  readonly isStructural: boolean;
}

/** Holds the release after a failed tick, or pauses it when the failure persists. */
export async function noteBrokenTick(ctx: Ctx, broken: BrokenTick): Promise<void> {
  const { releaseId, message, isStructural } = broken;
  const seen = await readTickSubject(ctx.db, releaseId);
  if (!seen || !risesByItself(seen.release.state)) return;
  const sentence = `Holding: the last evaluation failed: ${message}`;
  if (!isStructural) {
    const decision: Decision = {
      ...{ action: 'hold', sentence, because: [], bakedMs: seen.release.bakedMs },
      holds: [{ code: 'SOURCE_ERROR', message }],
    };
    await saveTickResult(ctx.db, seen.release, { decision });
    return;
  }
  await moveAsSeen(ctx, seen, ({ tx, grant, subject, at }) => {
    const move = toPause('error', `Paused: it cannot be judged: ${message}`);
    return writeMove(tx, ctx, grant, subject, move, { at });
  });
}

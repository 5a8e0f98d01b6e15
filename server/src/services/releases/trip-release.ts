import type { Tripwire } from '../../domain/gates/tripwire.js';
import { evaluateGates } from '../../domain/gates/evaluate-gates.js';
import { noLatches } from '../../domain/gates/freeze-gates.js';
import { decideTrip, type TripNumbers } from '../../domain/releases/decide-trip.js';
import { toRollback } from '../../domain/releases/moves.js';
import { readReleaseTotals } from '../../store/read-models/release-totals.js';
import { readTickSubject } from '../../store/read-models/tick-scene.js';
import { type ReleaseRow, readClock, saveLook } from '../../store/release-store.js';
import { type Ctx, inEssentialTransaction } from '../context.js';
import { lockAsSeen } from './lock-as-seen.js';
import { systemGrant } from './system-grant.js';
import { writeMove } from './write-move.js';

const STATES: readonly string[] = ['running', 'final_bake', 'paused'];

/**
 * Gross harm seen while storing a batch ends a release at once. False when it had moved on
 * meanwhile: the next batch and the tick see the same. `writeMove` leaves `recordChange()`'s row.
 */
export async function tripRelease(
  ctx: Ctx,
  releaseId: string,
  evidence: Pick<Tripwire, 'lnEMax'>,
): Promise<boolean> {
  const seen = await readTickSubject(ctx.db, releaseId);
  if (!seen || !STATES.includes(seen.release.state) || seen.release.frozen === null) return false;
  const totals = await readReleaseTotals(ctx.db, releaseId);
  const { frozen } = seen.release;
  const latches = withEvidence(seen.release, evidence);
  const numbers: TripNumbers = { totals, frozen, latches };
  const decision = { ...decideTrip(numbers), bakedMs: seen.release.bakedMs };
  if (decision.action !== 'rollback') return false;
  const isRolledBack = await inEssentialTransaction(ctx, async (tx) => {
    const subject = await lockAsSeen(tx, seen);
    if (subject === null || subject.config.killed) return false;
    const at = await readClock(tx);
    const move = toRollback(subject.release, { sentence: decision.sentence, at });
    const inputs = { kind: 'tripwire' as const, ...numbers };
    const withLatches = { ...move, change: { ...move.change, latches } };
    await writeMove(tx, ctx, systemGrant(seen), subject, withLatches, { at, decision, inputs });
    return true;
  });
  if (isRolledBack) await keepLook(ctx, seen.release, numbers);
  return isRolledBack;
}

/** For the page, which has to show what the sentence says; never before the rollback itself. */
async function keepLook(ctx: Ctx, { id, version, step, lastTickAt }: ReleaseRow, of: TripNumbers) {
  const evaluation = evaluateGates(of.totals, of.frozen, of.latches, { step });
  await saveLook(ctx.db, { id, version: version + 1, lastTickAt }, { evaluation });
}

/** The maximum decides: a late event that moves a person elsewhere takes nothing back. */
function withEvidence({ latches, segment }: ReleaseRow, { lnEMax }: Pick<Tripwire, 'lnEMax'>) {
  const before = latches ?? noLatches(segment);
  return { ...before, rollback: Math.max(before.rollback, lnEMax) };
}

import { evaluateGates } from '../../domain/gates/evaluate-gates.js';
import { noLatches } from '../../domain/gates/pin-gates.js';
import { type Trip, type Tripwire, tripwire } from '../../domain/gates/tripwire.js';
import { decideTrip, type TripNumbers } from '../../domain/releases/decide-trip.js';
import { toRollback } from '../../domain/releases/moves.js';
import { isWatched } from '../../domain/releases/release.js';
import type { Tx } from '../../store/db.js';
import type { CountedRelease } from '../../store/read-models/counted-releases.js';
import {
  readReleaseTotals,
  readTotalRows,
  toReleaseTotals,
} from '../../store/read-models/release-totals.js';
import { readTickSubject, type TickSubject } from '../../store/read-models/tick-scene.js';
import { type ReleaseRow, saveTickResult } from '../../store/release-store.js';
import type { Ctx } from '../context.js';
import { moveAsSeen } from './move-as-seen.js';
import { writeMove } from './write-move.js';

/**
 * The releases that the tripwire fires for. Ingestion calls this in the transaction that has just
 * stored counts of their rollback metrics, so harm is found without waiting for a tick.
 */
export async function findTrips(
  tx: Tx,
  releases: readonly CountedRelease[],
): Promise<readonly Trip[]> {
  const trips: Trip[] = [];
  for (const release of releases) {
    const { id: releaseId, frozen, latches } = release;
    if (!frozen || !latches) continue;
    const keys = [...release.rollbackMetrics].map((metric) => {
      return { tally: 'firstsAll' as const, metric };
    });
    const totals = toReleaseTotals(release, await readTotalRows(tx, releaseId, keys));
    const evidence = tripwire(totals, frozen, latches);
    if (evidence.fires) trips.push({ releaseId, evidence });
  }
  return trips;
}

/** A tick between the read and the write of a trip invalidates it, so the trip is retried. */
const TRIES = 3;

/**
 * Rolls a release back at once because of severe harm in a stored batch. Returns false when the
 * release has changed meanwhile; the next tick finds the same evidence.
 */
export async function tripRelease(
  ctx: Ctx,
  releaseId: string,
  evidence: Pick<Tripwire, 'lnEMax'>,
): Promise<boolean> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const seen = await readTickSubject(ctx.db, releaseId);
    if (!seen || seen.isKilled || !isWatched(seen.release.state)) return false;
    if (await tripAsSeen(ctx, seen, evidence)) return true;
  }
  return false;
}

async function tripAsSeen(
  ctx: Ctx,
  seen: TickSubject,
  evidence: Pick<Tripwire, 'lnEMax'>,
): Promise<boolean> {
  const { id, pinned, bakedMs } = seen.release;
  if (pinned === null) return false;
  const totals = await readReleaseTotals(ctx.db, id);
  const latches = withEvidence(seen.release, evidence);
  const numbers: TripNumbers = { totals, pinned, latches };
  const decision = { ...decideTrip(numbers), bakedMs };
  if (decision.action !== 'rollback') return false;
  const isRolledBack = await moveAsSeen(ctx, seen, ({ tx, grant, subject, at }) => {
    const move = toRollback(subject.release, { sentence: decision.sentence, at });
    const inputs = { kind: 'tripwire' as const, ...numbers };
    const withLatches = { ...move, change: { ...move.change, latches } };
    return writeMove(tx, ctx, grant, subject, withLatches, { at, decision, inputs });
  });
  if (isRolledBack) await saveEvaluation(ctx, seen.release, numbers);
  return isRolledBack;
}

/** Saves the numbers behind the sentence for the page. The rollback itself always comes first. */
async function saveEvaluation(
  ctx: Ctx,
  { id, version, step, lastTickAt }: ReleaseRow,
  of: TripNumbers,
) {
  const evaluation = evaluateGates(of.totals, of.pinned, of.latches, { step });
  await saveTickResult(ctx.db, { id, version: version + 1, lastTickAt }, { evaluation });
}

/** Evidence never decreases, even if a late event moves a user to another phase or arm. */
function withEvidence({ latches, round }: ReleaseRow, { lnEMax }: Pick<Tripwire, 'lnEMax'>) {
  const before = latches ?? noLatches(round);
  return { ...before, rollback: Math.max(before.rollback, lnEMax) };
}

import type { Evaluation, FrozenGates, Latches } from './evidence.js';
import type { ReleaseTotals } from './totals.js';

/** Earlier versions stored the number of a round under this name. */
interface Segmented {
  readonly segment?: number;
}

/** Reads gates as any version has stored them. */
export function readFrozenGates(stored: FrozenGates & Segmented): FrozenGates {
  return withRound(stored);
}

export function readLatches(stored: Latches & Segmented): Latches {
  return withRound(stored);
}

export function readEvaluation(stored: Evaluation): Evaluation {
  const { latches, frozen } = stored;
  return { ...stored, latches: readLatches(latches), frozen: readFrozenGates(frozen) };
}

export function readTotals(stored: ReleaseTotals): ReleaseTotals {
  return { ...stored, phases: stored.phases.map(withRound) };
}

/** Writes gates and latches under the name that every version reads. */
export function withSegment({ round, ...rest }: { readonly round: number }): Segmented {
  return { ...rest, segment: round };
}

function withRound<T extends { readonly round: number }>(stored: T & Segmented): T {
  const { segment, ...rest } = stored;
  return segment === undefined ? stored : ({ ...rest, round: segment } as unknown as T);
}

import type { Latches, PinnedGates } from './evidence.js';
import type { ReleaseTotals } from './totals.js';

/** Earlier versions stored the number of a round as `segment`, and pinned gates as `frozen`. */
interface Segmented {
  readonly segment?: number;
}

interface Frozen {
  readonly frozen?: PinnedGates;
}

/** Reads pinned gates in the format of any version. */
export function readPinnedGates(stored: PinnedGates & Segmented): PinnedGates {
  return withRound(stored);
}

export function readLatches(stored: Latches & Segmented): Latches {
  return withRound(stored);
}

export function readTotals(stored: ReleaseTotals): ReleaseTotals {
  return { ...stored, phases: stored.phases.map(withRound) };
}

/** Reads an object with gates and latches, such as an evaluation or the inputs of a decision. */
export function readGatesAndLatches<
  T extends { readonly pinned: PinnedGates; readonly latches: Latches },
>(stored: T & Frozen): T {
  const { frozen, ...rest } = stored;
  const { pinned = frozen, latches } = stored;
  return {
    ...rest,
    pinned: readPinnedGates(pinned as PinnedGates),
    latches: readLatches(latches),
  } as unknown as T;
}

/** Writes the number of a round as `segment`, which every version reads. */
export function withSegment({ round, ...rest }: { readonly round: number }): Segmented {
  return { ...rest, segment: round };
}

function withRound<T extends { readonly round: number }>(stored: T & Segmented): T {
  const { segment, ...rest } = stored;
  return segment === undefined ? stored : ({ ...rest, round: segment } as unknown as T);
}

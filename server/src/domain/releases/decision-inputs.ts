import type { PinnedGates, Latches } from '../gates/evidence.js';
import { readGatesAndLatches, readTotals } from '../gates/stored.js';
import type { ReleaseTotals } from '../gates/totals.js';
import type { ReleaseStatus, TickFacts } from './decision.js';

interface Numbers {
  readonly totals: ReleaseTotals;
  readonly pinned: PinnedGates;
  readonly latches: Latches;
}

/** The inputs of a verdict, stored beside it. */
export type DecisionInputs =
  | (Numbers & {
      readonly kind: 'tick';
      readonly status: ReleaseStatus;
      readonly facts: Omit<TickFacts, 'evaluation'>;
    })
  | (Numbers & { readonly kind: 'tripwire' });

/** Converts inputs stored by any version into the current format. */
export function readDecisionInputs(stored: DecisionInputs): DecisionInputs {
  return { ...readGatesAndLatches(stored), totals: readTotals(stored.totals) };
}

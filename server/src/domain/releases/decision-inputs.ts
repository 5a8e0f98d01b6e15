import type { PinnedGates, Latches } from '../gates/evidence.js';
import { readGatesAndLatches, readTotals } from '../gates/stored.js';
import type { ReleaseTotals } from '../gates/totals.js';
import type { ReleaseStatus, TickFacts } from './decision.js';

interface Numbers {
  readonly totals: ReleaseTotals;
  readonly pinned: PinnedGates;
  readonly latches: Latches;
}

/** What a verdict was computed from, as it is stored beside it. */
export type DecisionInputs =
  | (Numbers & {
      readonly kind: 'tick';
      readonly status: ReleaseStatus;
      readonly facts: Omit<TickFacts, 'evaluation'>;
    })
  | (Numbers & { readonly kind: 'tripwire' });

/** Brings inputs that any version has stored into the shape of today. */
export function readDecisionInputs(stored: DecisionInputs): DecisionInputs {
  return { ...readGatesAndLatches(stored), totals: readTotals(stored.totals) };
}

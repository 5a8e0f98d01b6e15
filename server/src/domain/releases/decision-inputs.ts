import type { FrozenGates, Latches } from '../gates/evidence.js';
import type { ReleaseTotals } from '../gates/totals.js';
import type { ReleaseStatus, TickFacts } from './decision.js';

interface Numbers {
  readonly totals: ReleaseTotals;
  readonly frozen: FrozenGates;
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

import type { FrozenGates, Latches } from '../gates/evidence.js';
import { readFrozenGates, readLatches, readTotals } from '../gates/stored.js';
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

/** Brings inputs that any version has stored into the shape of today. */
export function readDecisionInputs(stored: DecisionInputs): DecisionInputs {
  const { totals, frozen, latches } = stored;
  return {
    ...stored,
    totals: readTotals(totals),
    frozen: readFrozenGates(frozen),
    latches: readLatches(latches),
  };
}

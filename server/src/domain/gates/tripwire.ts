import { choosePhases } from './choose-phases.js';
import { type PinnedGates, type Latches, LN_ROLLBACK } from './evidence.js';
import { familyOf, mainPartsOf } from './family.js';
import { HARMED_PEOPLE_MIN, harmedPeople, splitCountsOf, splitGateLnE } from './judge-split.js';
import type { ReleaseTotals } from './totals.js';

export interface Tripwire {
  readonly lnE: number;
  readonly lnEMax: number;
  /** Harmed treatment users of the gate with the most of them. */
  readonly treatedPeople: number;
  readonly fires: boolean;
  readonly because: readonly string[];
}

/** A release that must be rolled back at once, with the evidence. */
export interface Trip {
  readonly releaseId: string;
  readonly evidence: Tripwire;
}

/**
 * Evaluates the rollback family over its split gates, warm-up included. It is cheap enough to run
 * for each stored batch, so severe harm ends in seconds. It uses the same error budget as the
 * ticks.
 */
export function tripwire(totals: ReleaseTotals, pinned: PinnedGates, latches: Latches): Tripwire {
  const { compared } = choosePhases(totals, pinned.round, 0);
  const members = pinned.compared
    .filter(({ definition, weights }) => definition.kind === 'split' && weights.rollback > 0)
    .map((gate) => {
      const counts = splitCountsOf(compared, gate.metric, 'firstsAll');
      const people = harmedPeople(counts, gate);
      const isReady = people >= HARMED_PEOPLE_MIN;
      const lnE = isReady ? splitGateLnE(compared, counts, gate, pinned.plannedPhases) : 0;
      return { metric: gate.metric, weight: gate.weights.rollback, people, isReady, lnE };
    });
  const { lnE, parts } = familyOf(members);
  const lnEMax = Math.max(latches.round === pinned.round ? latches.rollback : 0, lnE);
  const treatedPeople = members.reduce((most, { people }) => Math.max(most, people), 0);
  const fires = lnEMax >= LN_ROLLBACK;
  return { lnE, lnEMax, treatedPeople, fires, because: fires ? mainPartsOf(parts) : [] };
}

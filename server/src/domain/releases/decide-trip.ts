import type { PinnedGates, Latches } from '../gates/evidence.js';
import type { PhaseTotals, ReleaseTotals } from '../gates/totals.js';
import { tripwire } from '../gates/tripwire.js';
import type { Decision } from './decision.js';
import { formatEvidence, formatInteger, formatShare } from '../format.js';

export interface TripNumbers {
  readonly totals: ReleaseTotals;
  readonly pinned: PinnedGates;
  readonly latches: Latches;
}

/** Decides between two ticks: roll back at once, or leave the decision to the next tick. */
export function decideTrip({ totals, pinned, latches }: TripNumbers): Decision {
  const trip = tripwire(totals, pinned, latches);
  const { because } = trip;
  if (!trip.fires) {
    const sentence = `No gross harm: evidence ${formatEvidence(trip.lnEMax)} (100 rolls back).`;
    return { action: 'none', sentence, holds: [], because, bakedMs: 0 };
  }
  const [metric = pinned.compared.find(({ weights }) => weights.rollback > 0)?.metric ?? ''] =
    because;
  const phases = totals.phases.filter(({ round, share }) => round === pinned.round && share > 0);
  const phase = phases.findLast((it) => peopleOf(it, metric, 'treatment') > 0) ?? phases.at(-1);
  const counts = phase === undefined ? '' : ` ${countsOf(phase, metric)}`;
  const where = phase === undefined ? '' : ` from ${formatShare(phase.share)}`;
  const sentence =
    `Rolled back at once${where}: ${metric}${counts}; ` +
    `evidence ${formatEvidence(trip.lnEMax)} (100 rolls back).`;
  return { action: 'rollback', sentence, holds: [], because, bakedMs: 0 };
}

function countsOf(phase: PhaseTotals, metric: string): string {
  const sides = (['treatment', 'control'] as const).map((arm) => {
    return `${formatInteger(peopleOf(phase, metric, arm))} of ${formatInteger(phase.units[arm])} people`;
  });
  return `hit ${sides[0]} with the feature and ${sides[1]} without`;
}

function peopleOf(phase: PhaseTotals, metric: string, arm: 'treatment' | 'control'): number {
  return phase.metrics[metric]?.firstsAll?.[arm] ?? 0;
}

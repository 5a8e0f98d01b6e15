import type { PhaseTotals, ReleaseTotals } from './totals.js';

const SHARE_MAX = 0.95;

/** Above the maximum share, control has too few users for a comparison. */
export function isComparativeShare(share: number): boolean {
  return share > 0 && share <= SHARE_MAX;
}

export interface ChosenPhases {
  /** Phases of this round that exposed any user, in order. */
  readonly all: readonly PhaseTotals[];
  readonly compared: readonly PhaseTotals[];
  /** Phases since the current step began. */
  readonly ofStep: readonly PhaseTotals[];
  readonly comparedOfStep: readonly PhaseTotals[];
}

/**
 * Chooses the phases that an evaluation may use. Phases of other rounds are shown but never
 * counted.
 */
export function choosePhases(totals: ReleaseTotals, round: number, step: number): ChosenPhases {
  const all = totals.phases.filter((phase) => phase.round === round && phase.share > 0);
  const ofStep = all.slice(all.findLastIndex((phase) => phase.step !== step) + 1);
  const compared = all.filter(({ share }) => isComparativeShare(share));
  const comparedOfStep = ofStep.filter(({ share }) => isComparativeShare(share));
  return { all, compared, ofStep, comparedOfStep };
}

/**
 * Lower bound of the distinct users over phases: the count of the largest phase, because phases may
 * share users.
 */
export function distinctUnits(
  phases: readonly Pick<PhaseTotals, 'units'>[],
  arm: 'treatment' | 'control',
): number {
  return phases.reduce((most, { units }) => Math.max(most, units[arm]), 0);
}

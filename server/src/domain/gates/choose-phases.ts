import type { PhaseTotals, ReleaseTotals } from './totals.js';

const SHARE_MAX = 0.95;

/** Beyond this share there is hardly anybody left to compare with. */
export function isComparativeShare(share: number): boolean {
  return share > 0 && share <= SHARE_MAX;
}

export interface ChosenPhases {
  /** Of this round, in order: all that exposed anybody. */
  readonly all: readonly PhaseTotals[];
  readonly compared: readonly PhaseTotals[];
  /** Since this step began. */
  readonly ofStep: readonly PhaseTotals[];
  readonly comparedOfStep: readonly PhaseTotals[];
}

/** The phases that an evaluation may use. Those of other rounds are shown but never counted. */
export function choosePhases(totals: ReleaseTotals, round: number, step: number): ChosenPhases {
  const all = totals.phases.filter((phase) => phase.round === round && phase.share > 0);
  const ofStep = all.slice(all.findLastIndex((phase) => phase.step !== step) + 1);
  const compared = all.filter(({ share }) => isComparativeShare(share));
  const comparedOfStep = ofStep.filter(({ share }) => isComparativeShare(share));
  return { all, compared, ofStep, comparedOfStep };
}

/** Distinct people of phases that may hold the same ones: at least as many as in the largest. */
export function distinctUnits(
  phases: readonly Pick<PhaseTotals, 'units'>[],
  arm: 'treatment' | 'control',
): number {
  return phases.reduce((most, { units }) => Math.max(most, units[arm]), 0);
}

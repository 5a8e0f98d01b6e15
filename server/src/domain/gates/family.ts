import { logSumExp } from './log-mean-exp.js';

export interface FamilyMember {
  readonly metric: string;
  readonly weight: number;
  readonly lnE: number;
  readonly isReady: boolean;
}

/** Evidence of nothing, as a number that JSON can hold. */
export const LN_E_MIN = -700;

/**
 * The weighted average of the members' evidence: valid whatever their dependence. A member that is
 * not ready counts 0, not 1, or a budget of 1/20 would become 1/19.
 */
export function familyOf(members: readonly FamilyMember[]): {
  readonly lnE: number;
  readonly parts: Readonly<Record<string, number>>;
} {
  const betting = members.filter(({ weight, isReady }) => weight > 0 && isReady);
  const lnE = logSumExp(betting.map(({ weight, lnE }) => Math.log(weight) + lnE));
  const parts = betting.map(({ metric, weight, lnE: own }) => [
    metric,
    Math.exp(Math.log(weight) + own - lnE),
  ]);
  return { lnE: Math.max(LN_E_MIN, lnE), parts: Object.fromEntries(parts) };
}

/** A gate with less of the evidence than this is not what a verdict rests on. */
const PART_MIN = 0.1;

/** Metrics that a family's evidence rests on, the heaviest first. */
export function mainPartsOf(parts: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(parts)
    .filter(([, part]) => part >= PART_MIN)
    .sort(([, a], [, b]) => b - a)
    .map(([metric]) => metric);
}

import { logSumExp } from './log-mean-exp.js';

export interface FamilyMember {
  readonly metric: string;
  readonly weight: number;
  readonly lnE: number;
  readonly isReady: boolean;
}

/** ln e of zero evidence, as a finite number that JSON can hold. */
export const LN_E_MIN = -700;

/**
 * The weighted average of the members' evidence, which is valid whatever their dependence. A member
 * that is not ready counts as e = 0, not 1; otherwise a budget of 1/20 would become 1/19.
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

/** A gate with a smaller share of the evidence is not named as a cause of the verdict. */
const PART_MIN = 0.1;

/** Metrics that contribute to a family's evidence, the largest share first. */
export function mainPartsOf(parts: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(parts)
    .filter(([, part]) => part >= PART_MIN)
    .sort(([, a], [, b]) => b - a)
    .map(([metric]) => metric);
}

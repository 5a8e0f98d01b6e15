import type { Harmful } from '../metrics/metric.js';
import { effectGrid } from './effect-grid.js';
import { findCrossing } from './find-crossing.js';
import { logMeanExp } from './log-mean-exp.js';

/** People whose first event fell into one phase, by arm, and the treated share of that phase. */
export interface SplitCounts {
  readonly share: number;
  readonly treatment: number;
  readonly control: number;
}

export const SPLIT_EFFECTS = effectGrid(0.05, 64, 12);
const LN_RATIO_MAX = Math.log(1e6);

/**
 * E1: ln of the evidence that the treated rate is worse than the control's by more than `margin`.
 * Exact from the first event: given that a person has the event, only its arm is random.
 */
export function splitLnE(
  phases: readonly SplitCounts[],
  { margin, harmful }: { readonly margin: number; readonly harmful: Harmful },
): number {
  return harmful === 'up'
    ? lnEAbove(phases, 1 + margin, SPLIT_EFFECTS)
    : lnEBelow(phases, 1 / (1 + margin), SPLIT_EFFECTS);
}

/** Evidence that the rate ratio is above `ratio`. */
function lnEAbove(phases: readonly SplitCounts[], ratio: number, effects: readonly number[]) {
  return logMeanExp(
    effects.map((effect) => lnLikelihoodRatio(phases, ratio, ratio * (1 + effect))),
  );
}

/** Evidence that the rate ratio is below `ratio`. */
function lnEBelow(phases: readonly SplitCounts[], ratio: number, effects: readonly number[]) {
  return logMeanExp(
    effects.map((effect) => lnLikelihoodRatio(phases, ratio, ratio / (1 + effect))),
  );
}

/** With odds o of treatment, a person with the event is treated with probability ρo / (1 + ρo). */
export function lnLikelihoodRatio(
  phases: readonly SplitCounts[],
  nullRatio: number,
  ratio: number,
): number {
  let treated = 0;
  let sum = 0;
  for (const { share, treatment, control } of phases) {
    const odds = share / (1 - share);
    treated += treatment;
    const total = treatment + control;
    if (total > 0) sum += total * (Math.log1p(nullRatio * odds) - Math.log1p(ratio * odds));
  }
  return treated * Math.log(ratio / nullRatio) + sum;
}

/** Two one-sided bounds of the rate ratio at evidence `1 / alpha`; null: not bounded yet. */
export function splitBounds(
  phases: readonly SplitCounts[],
  alpha: number,
): { readonly lower: number | null; readonly upper: number | null } {
  return { lower: splitLower(phases, alpha), upper: splitUpper(phases, alpha) };
}

export function splitLower(phases: readonly SplitCounts[], alpha: number): number | null {
  const line = -Math.log(alpha);
  return crossing((ratio) => lnEAbove(phases, ratio, SPLIT_EFFECTS) - line);
}

export function splitUpper(phases: readonly SplitCounts[], alpha: number): number | null {
  const line = -Math.log(alpha);
  return crossing((ratio) => lnEBelow(phases, ratio, SPLIT_EFFECTS) - line);
}

/** The rate ratio that fits all phases best; null without events, or with none in control. */
export function splitEstimate(phases: readonly SplitCounts[]): number | null {
  const treated = phases.reduce((sum, { treatment }) => sum + treatment, 0);
  if (treated === 0) return phases.some(({ control }) => control > 0) ? 0 : null;
  return crossing((ratio) => expectedTreated(phases, ratio) - treated);
}

export function expectedTreated(phases: readonly SplitCounts[], ratio: number): number {
  let expected = 0;
  for (const { share, treatment, control } of phases) {
    const odds = (ratio * share) / (1 - share);
    expected += ((treatment + control) * odds) / (1 + odds);
  }
  return expected;
}

function crossing(f: (ratio: number) => number): number | null {
  const at = findCrossing((lnRatio) => f(Math.exp(lnRatio)), -LN_RATIO_MAX, LN_RATIO_MAX);
  return at === null ? null : Math.exp(at);
}

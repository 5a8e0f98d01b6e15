import type { Harmful } from '../metrics/metric.js';
import { effectGrid } from './effect-grid.js';
import { findCrossing } from './find-crossing.js';
import { logMeanExp } from './log-mean-exp.js';

/** Users whose first event fell into one phase, by arm, and the treatment share of that phase. */
export interface SplitCounts {
  readonly share: number;
  readonly treatment: number;
  readonly control: number;
}

export const SPLIT_EFFECTS = effectGrid(0.05, 64, 12);
const WORSE = SPLIT_EFFECTS.map((effect) => 1 + effect);
const BETTER = SPLIT_EFFECTS.map((effect) => 1 / (1 + effect));
const LN_RATIO_MAX = Math.log(1e6);

/**
 * E1: ln of the evidence that the treatment rate is worse than the control rate by more than
 * `margin`. Exact from the first event: given that a user has the event, only the arm is random.
 */
export function splitLnE(
  phases: readonly SplitCounts[],
  { margin, harmful }: { readonly margin: number; readonly harmful: Harmful },
): number {
  return harmful === 'up'
    ? lnMixture(phases, 1 + margin, WORSE)
    : lnMixture(phases, 1 / (1 + margin), BETTER);
}

/**
 * ln of the mean likelihood ratio of `factors` times the null's ratio. With odds o of treatment and
 * a rate ratio ρ, a user with the event is in treatment with probability ρo / (1 + ρo).
 */
export function lnMixture(
  phases: readonly SplitCounts[],
  nullRatio: number,
  factors: readonly number[],
): number {
  const terms = new Array<number>(factors.length);
  let treated = 0;
  for (const { treatment } of phases) treated += treatment;
  for (let index = 0; index < factors.length; index++) {
    terms[index] = treated * Math.log(factors[index] as number);
  }
  for (const { share, treatment, control } of phases) {
    const people = treatment + control;
    if (people === 0) continue;
    const odds = (nullRatio * share) / (1 - share);
    const atNull = Math.log1p(odds);
    for (let index = 0; index < factors.length; index++) {
      const lnRatio = atNull - Math.log1p((factors[index] as number) * odds);
      terms[index] = (terms[index] as number) + people * lnRatio;
    }
  }
  return logMeanExp(terms);
}

/** Two one-sided bounds of the rate ratio at evidence `1 / alpha`; null means no bound yet. */
export function splitBounds(
  phases: readonly SplitCounts[],
  alpha: number,
): { readonly lower: number | null; readonly upper: number | null } {
  return { lower: splitLower(phases, alpha), upper: splitUpper(phases, alpha) };
}

export function splitLower(phases: readonly SplitCounts[], alpha: number): number | null {
  const line = -Math.log(alpha);
  const guess = guessBound(phases, -1);
  return crossing((ratio) => lnMixture(phases, ratio, WORSE) - line, guess);
}

export function splitUpper(phases: readonly SplitCounts[], alpha: number): number | null {
  const line = -Math.log(alpha);
  const guess = guessBound(phases, 1);
  return crossing((ratio) => lnMixture(phases, ratio, BETTER) - line, guess);
}

/** Starts the search about three standard errors of ln ρ away from the estimate. */
function guessBound(phases: readonly SplitCounts[], side: 1 | -1): number {
  const { treated, control, odds } = sumsOf(phases);
  const fit = Math.log((treated + 0.5) / (control + 0.5) / odds);
  return fit + side * 3 * Math.sqrt(1 / (treated + 1) + 1 / (control + 1));
}

function sumsOf(phases: readonly SplitCounts[]) {
  let [treated, control, oddsSum, people] = [0, 0, 0, 0];
  for (const { share, treatment, control: others } of phases) {
    treated += treatment;
    control += others;
    people += treatment + others;
    oddsSum += (treatment + others) * share;
  }
  const share = people > 0 ? oddsSum / people : 0.5;
  return { treated, control, odds: share / (1 - share) };
}

/** The rate ratio that fits all phases best; null without events in control. */
export function splitEstimate(phases: readonly SplitCounts[]): number | null {
  const { treated, control, odds } = sumsOf(phases);
  if (treated === 0) return control > 0 ? 0 : null;
  const guess = Math.log(treated / (control + 0.5) / odds);
  return crossing((ratio) => expectedTreated(phases, ratio) - treated, guess);
}

export function expectedTreated(phases: readonly SplitCounts[], ratio: number): number {
  let expected = 0;
  for (const { share, treatment, control } of phases) {
    const odds = (ratio * share) / (1 - share);
    expected += ((treatment + control) * odds) / (1 + odds);
  }
  return expected;
}

function crossing(f: (ratio: number) => number, guess: number): number | null {
  const range = { from: -LN_RATIO_MAX, to: LN_RATIO_MAX, guess };
  const at = findCrossing((lnRatio) => f(Math.exp(lnRatio)), range);
  return at === null ? null : Math.exp(at);
}

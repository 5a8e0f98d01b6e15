import { BOUND_ALPHA, type PinnedGate } from './evidence.js';
import type { ChosenPhases } from './choose-phases.js';
import { lateOnsetLnE, startsOf } from './late-onset.js';
import {
  expectedTreated,
  type SplitCounts,
  splitEstimate,
  splitLnE,
  splitLower,
  splitUpper,
} from './split.js';
import type { PhaseTotals } from './totals.js';

/** A gate acts only from this many harmed users on, so that one or two cannot end a release. */
export const HARMED_PEOPLE_MIN = 3;

/** Reads `firsts`, or `firstsAll` to include the warm-up. */
export function splitCountsOf(
  phases: readonly PhaseTotals[],
  metric: string,
  which: 'firsts' | 'firstsAll' = 'firsts',
): readonly SplitCounts[] {
  return phases.map(({ share, metrics }) => {
    const firsts = metrics[metric]?.[which];
    return { share, treatment: firsts?.treatment ?? 0, control: firsts?.control ?? 0 };
  });
}

/** Where fewer events are worse, counts the events that treatment should have had at the margin. */
export function harmedPeople(counts: readonly SplitCounts[], gate: PinnedGate): number {
  return gate.definition.harmful === 'up'
    ? counts.reduce((sum, { treatment }) => sum + treatment, 0)
    : expectedTreated(counts, 1 / (1 + gate.margin));
}

/** Evidence over all phases, mixed with the hypotheses that harm began at a later step. */
export function splitGateLnE(
  phases: readonly PhaseTotals[],
  counts: readonly SplitCounts[],
  gate: PinnedGate,
  plannedPhases: number,
): number {
  const against = { margin: gate.margin, harmful: gate.definition.harmful };
  const starts = startsOf(phases, plannedPhases);
  const byStart = starts.map((start) => splitLnE(counts.slice(start), against));
  return lateOnsetLnE(byStart, plannedPhases);
}

export function judgeSplit(
  phases: ChosenPhases,
  { gate, plannedPhases }: { readonly gate: PinnedGate; readonly plannedPhases: number },
) {
  const counts = splitCountsOf(phases.compared, gate.metric);
  const ofStep = counts.slice(counts.length - phases.comparedOfStep.length);
  return {
    isReady: harmedPeople(counts, gate) >= HARMED_PEOPLE_MIN,
    lnE: splitGateLnE(phases.compared, counts, gate, plannedPhases),
    effect: splitEffect(counts),
    ruledOut: splitRuledOut(ofStep, gate),
  };
}

/** Relative effect with its bounds: 0.5 is +50 %. */
function splitEffect(counts: readonly SplitCounts[]) {
  const relative = (ratio: number | null) => (ratio === null ? null : ratio - 1);
  return {
    estimate: relative(splitEstimate(counts)),
    lower: relative(splitLower(counts, BOUND_ALPHA)),
    upper: relative(splitUpper(counts, BOUND_ALPHA)),
  };
}

/**
 * Degradations above this are ruled out: 1 is twice as many bad events, or half as many good ones.
 */
function splitRuledOut(counts: readonly SplitCounts[], gate: PinnedGate): number | null {
  if (gate.definition.harmful === 'up') {
    const upper = splitUpper(counts, BOUND_ALPHA);
    return upper === null ? null : upper - 1;
  }
  const lower = splitLower(counts, BOUND_ALPHA);
  return lower === null ? null : 1 / lower - 1;
}

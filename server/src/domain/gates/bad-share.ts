import { type ChosenPhases, distinctUnits } from './choose-phases.js';
import { BOUND_ALPHA, type FrozenGate } from './evidence.js';
import { oneSampleUpper } from './one-sample.js';

/**
 * Share of treated people with the event, with its upper bound: a healthy app with hardly an error
 * earns a step by it. Erring on the bad side, earlier treated people still count as bad ones, and
 * each counted event as a person of its own. Null where fewer events are worse, and for means.
 */
export function badShareOf(
  phases: ChosenPhases,
  gate: FrozenGate,
): { readonly estimate: number; readonly upper: number } | null {
  const { kind, harmful } = gate.definition;
  const total = distinctUnits(phases.ofStep, 'treatment');
  if (harmful === 'down' || kind === 'mean' || total === 0) return null;
  const bad = kind === 'split' ? badPeople(phases, gate) : badEvents(phases, gate);
  const counts = { bad: Math.min(bad, total), total };
  return { estimate: counts.bad / total, upper: oneSampleUpper(counts, BOUND_ALPHA) };
}

function badPeople({ all }: ChosenPhases, { metric }: FrozenGate): number {
  return all.reduce((sum, { metrics }) => {
    const { firsts, firstsAll } = metrics[metric] ?? {};
    return sum + Math.max(firsts?.treatment ?? 0, firstsAll?.treatment ?? 0);
  }, 0);
}

function badEvents({ ofStep }: ChosenPhases, { metric }: FrozenGate): number {
  const sums = ofStep.map(({ metrics }) => metrics[metric]?.buckets?.treatment.s ?? []);
  return sums.flat().reduce((sum, value) => sum + value, 0);
}

import { type ChosenPhases, distinctUnits } from './choose-phases.js';
import { BOUND_ALPHA, type PinnedGate } from './evidence.js';
import { oneSampleUpper } from './one-sample.js';

/**
 * Share of treatment users with the event, and its upper bound. A healthy app with hardly an error
 * earns a step by this bound. The estimate errs on the high side: users of earlier steps with the
 * event still count, and each counted event counts as a separate user. Null where fewer events are
 * worse, and for means.
 */
export function badShareOf(
  phases: ChosenPhases,
  gate: PinnedGate,
  sample: number,
): { readonly estimate: number; readonly upper: number } | null {
  const { definition } = gate;
  const people = distinctUnits(phases.ofStep, 'treatment');
  if (definition.harmful === 'down' || definition.kind === 'mean' || people === 0) return null;
  const isSplit = definition.kind === 'split';
  const total = isSplit || definition.per === 'unit' ? people : Math.round(people / sample);
  const bad = Math.min(total, isSplit ? badPeople(phases, gate) : badEvents(phases, gate));
  return { estimate: bad / total, upper: oneSampleUpper({ bad, total }, BOUND_ALPHA) };
}

function badPeople({ all }: ChosenPhases, { metric }: PinnedGate): number {
  return all.reduce((sum, { metrics }) => {
    const { firsts, firstsAll } = metrics[metric] ?? {};
    return sum + Math.max(firsts?.treatment ?? 0, firstsAll?.treatment ?? 0);
  }, 0);
}

function badEvents({ ofStep }: ChosenPhases, { metric }: PinnedGate): number {
  let sum = 0;
  for (const { metrics } of ofStep) {
    for (const value of metrics[metric]?.buckets?.treatment.s ?? []) sum += value;
  }
  return sum;
}

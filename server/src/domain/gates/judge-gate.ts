import { badShareOf } from './bad-share.js';
import type { ChosenPhases } from './choose-phases.js';
import {
  type PinnedGate,
  type GateEvidence,
  type GateVerdict,
  LN_HOLD,
  LN_PAUSE,
  type PhaseEvidence,
} from './evidence.js';
import { judgeBucketed } from './judge-bucketed.js';
import { judgeSplit } from './judge-split.js';
import type { PerArm, PhaseTotals } from './totals.js';

interface Terms {
  readonly gate: PinnedGate;
  readonly sample: number;
  readonly plannedPhases: number;
}

/**
 * Returns the evidence of a compared gate, and the gate with its scale if this evaluation pinned
 * it.
 */
export function judgeGate(
  phases: ChosenPhases,
  terms: Terms,
): { readonly evidence: GateEvidence; readonly gate: PinnedGate } {
  const { gate, sample } = terms;
  const { metric, definition, action, margin, floor } = gate;
  const judged =
    definition.kind === 'split'
      ? { ...judgeSplit(phases, terms), scale: null }
      : judgeBucketed(phases, terms);
  const { isReady, lnE, effect, ruledOut } = judged;
  const badShare = badShareOf(phases, gate, sample);
  const isEarned =
    (ruledOut !== null && ruledOut < gate.ruledOut) ||
    (floor !== null && badShare !== null && badShare.upper < floor);
  const evidence = {
    ...{ metric, kind: definition.kind, action, isReady, lnE, margin, effect, ruledOut, badShare },
    isEarned,
    verdict: verdictOf(isReady, lnE, isEarned),
    phases: phases.compared.map((phase) => countsOf(phase, gate, sample)),
  };
  return { evidence, gate: { ...gate, scale: judged.scale } };
}

function verdictOf(isReady: boolean, lnE: number, isEarned: boolean): GateVerdict {
  if (isReady && lnE >= LN_PAUSE) return 'harm';
  if (isReady && lnE >= LN_HOLD) return 'suspicious';
  return isEarned ? 'clear' : 'unclear';
}

/** Counts for the page, with users scaled up from the sample. */
function countsOf(
  { phase, step, share, units, metrics }: PhaseTotals,
  { metric, definition }: PinnedGate,
  sample: number,
): PhaseEvidence {
  const totals = metrics[metric];
  if (definition.kind === 'split') {
    const scaled = perArm((arm) => Math.round((totals?.firsts?.[arm] ?? 0) / sample));
    const people = perArm((arm) => Math.round(units[arm] / sample));
    return { phase, step, share, count: scaled, of: people };
  }
  const sums = perArm((arm) => sum(totals?.buckets?.[arm].s));
  return { phase, step, share, count: sums, of: perArm((arm) => sum(totals?.buckets?.[arm].n)) };
}

function perArm(of: (arm: 'treatment' | 'control') => number): PerArm<number> {
  return { treatment: of('treatment'), control: of('control') };
}

function sum(values: readonly number[] = []): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

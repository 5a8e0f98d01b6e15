import type { Evaluation, GateEvidence, LimitEvidence, PhaseEvidence } from '../gates/evidence.js';
import { mainPartsOf } from '../gates/family.js';
import type { TickedGate } from './decision.js';
import { formatInteger, formatList, formatNumber, formatShare } from '../format.js';

/** Metrics that caused a family's verdict; the worst one when no gate has evidence at present. */
export function metricsBehind(evaluation: Evaluation, family: 'pause' | 'rollback'): string[] {
  const parts = mainPartsOf(evaluation[family].parts);
  if (parts.length > 0) return [...parts];
  const worst = evaluation.gates
    .filter(({ action }) => action === 'rollback' || (family === 'pause' && action === 'pause'))
    .reduce<GateEvidence | null>((a, b) => (a && a.lnE >= b.lnE ? a : b), null);
  return worst ? [worst.metric] : [];
}

/** "http.errors is 2.9x as high with the feature (37 of 1,204 people) as without (213 of …)". */
export function describeGates(evaluation: Evaluation, metrics: readonly string[]): string {
  const gates = evaluation.gates.filter(({ metric }) => metrics.includes(metric));
  if (gates.length === 0) return formatList(metrics);
  return gates.map(describeGate).join('; ');
}

export function describeGate(gate: GateEvidence): string {
  const phase = latestPhaseOf(gate);
  const { estimate } = gate.effect;
  const withFeature = phase ? ` (${countsOf(gate, phase, 'treatment')})` : '';
  const without = phase ? ` (${countsOf(gate, phase, 'control')})` : '';
  if (estimate === null) {
    return `${gate.metric} with the feature${withFeature}, without it${without}`;
  }
  const size = `${formatNumber(Math.max(0, 1 + estimate))}x`;
  return `${gate.metric} is ${size} as high with the feature${withFeature} as without${without}`;
}

/** The latest phase with events, because counts of several phases are never added up. */
function latestPhaseOf({ phases }: GateEvidence): PhaseEvidence | undefined {
  return phases.findLast(({ count }) => count.treatment > 0) ?? phases.at(-1);
}

function countsOf(gate: GateEvidence, phase: PhaseEvidence, arm: 'treatment' | 'control') {
  const [count, of] = [phase.count[arm], phase.of[arm]];
  if (gate.kind === 'mean') return `${formatNumber(of === 0 ? 0 : count / of)} on average`;
  const noun = gate.kind === 'split' ? 'people' : 'requests';
  return `${formatInteger(count)} of ${formatInteger(of)} ${noun}`;
}

export function describeLimit({ metric, bad, total, limit }: LimitEvidence): string {
  const share = total === 0 ? 0 : bad / total;
  const counts = `${formatInteger(bad)} of ${formatInteger(total)}`;
  return `${metric} is at ${formatShare(share)} (${counts}), above its limit of ${formatShare(limit)}`;
}

export function describeTicked({ metric, value, message, isOverdue, hasFired }: TickedGate) {
  if (hasFired)
    return `${metric} is beyond its limit${value === null ? '' : ` at ${formatNumber(value)}`}`;
  const problem = message === null ? '' : `: ${message}`;
  return `${metric} has had no number${isOverdue ? ' for too long' : ''}${problem}`;
}

import { formatChange, formatDuration, formatInteger, formatShare } from '../format.js';
import type { GateEvidence } from '../gates/evidence.js';
import type { ReleaseStatus, TickFacts } from './decision.js';
import { actingGates, earnsBy } from './earning.js';
import { currentStep, isComparedStep } from './release.js';

/** Describes the evidence on which a step was left: users, time and ruled-out degradations. */
export function proofOf(status: ReleaseStatus, facts: TickFacts): string {
  const { evaluation } = facts;
  const people = `${formatInteger(evaluation.stepUnits.treatment)} people with the feature`;
  const time = status.isBakeSkipped ? 'bake skipped by hand' : formatDuration(status.bakedMs);
  if (currentStep(status)?.advance === 'guard' || !isComparedStep(status)) {
    return `${people}, ${time}, no harm seen; a step on time and guard alone`;
  }
  const proofs = actingGates(status, evaluation).map((gate) => {
    const prover = evaluation.gates.find(({ metric }) => metric === gate.provenBy);
    if (prover === undefined) return proofBy(gate, status);
    return `${proofBy(prover, status)} (which speaks for ${gate.metric} too)`;
  });
  return [people, time, ...proofs].join(', ');
}

function proofBy(gate: GateEvidence, status: ReleaseStatus): string {
  const { metric, ruledOut, badShare } = gate;
  if (ruledOut !== null && earnsBy(gate, status) === 'bound') {
    return `worse than ${formatChange(ruledOut)} ruled out for ${metric}`;
  }
  return `${metric} surely below ${badShare === null ? 'its floor' : formatShare(badShare.upper)}`;
}

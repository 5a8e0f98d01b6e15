import type { ReleaseStatus, TickFacts } from './decision.js';
import { isComparedStep, stepOf } from './step-of.js';
import { asChange, asDuration, asPercent, inWords } from './words.js';

/** What a step was left on: how many people, how long, and what is ruled out. */
export function proofOf(status: ReleaseStatus, facts: TickFacts): string {
  const { evaluation } = facts;
  const people = `${inWords(evaluation.stepUnits.treatment)} people with the feature`;
  const time = status.isBakeSkipped ? 'bake skipped by hand' : asDuration(status.bakedMs);
  if (stepOf(status)?.advance !== 'earned' || !isComparedStep(status)) {
    return `${people}, ${time}, no harm seen; a step on time and guard alone`;
  }
  const proofs = evaluation.gates
    .filter(({ action }) => action === 'rollback')
    .map(({ metric, ruledOut, badShare }) => {
      const gate = status.plan.gates.find((other) => other.metric === metric);
      if (ruledOut !== null && ruledOut < (gate?.ruledOut ?? 0)) {
        return `worse than ${asChange(ruledOut)} ruled out for ${metric}`;
      }
      return `${metric} surely below ${badShare === null ? 'its floor' : asPercent(badShare.upper)}`;
    });
  return [people, time, ...proofs].join(', ');
}

import { isSame } from '../changed-fields.js';
import { evaluateGates } from '../gates/evaluate-gates.js';
import { decide } from './decide.js';
import { decideTrip } from './decide-trip.js';
import type { Decision } from './decision.js';
import type { DecisionInputs } from './decision-inputs.js';

/** Computes the verdict of stored inputs with the current code. */
export function redecide(inputs: DecisionInputs): Decision {
  if (inputs.kind === 'tripwire') return decideTrip(inputs);
  const { status, facts, totals, pinned, latches } = inputs;
  const evaluation = evaluateGates(totals, pinned, latches, { step: status.step });
  return decide(status, { ...facts, evaluation });
}

/**
 * Whether two decisions have the same action and reasons. Sentences are ignored, because a later
 * version may word the same numbers differently.
 */
export function isSameVerdict(one: Decision, other: Decision): boolean {
  return isSame(verdictOf(one), verdictOf(other));
}

function verdictOf({ sentence, holds, ...verdict }: Decision) {
  return { ...verdict, holds: holds.map(({ message, ...hold }) => hold) };
}

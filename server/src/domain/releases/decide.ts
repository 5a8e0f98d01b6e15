import { formatTime } from '../format.js';
import { bakedMsAfter } from './bake-clock.js';
import type { Decision, Hold, ReleaseStatus, TickFacts } from './decision.js';
import { harmOf } from './harm-of.js';
import { closedHolds, dependencyHolds, holdsOf } from './holds.js';
import { proofOf } from './proof-of.js';
import { currentStep, hasEnded, isAtLastStep, stepLabel } from './release.js';

/**
 * Decides what to do with a release at one tick; the first matching line applies. Harm acts
 * whatever the windows, approvals and holds are, and only the last line raises exposure.
 */
export function decide(status: ReleaseStatus, facts: TickFacts): Decision {
  const { state } = status;
  if (hasEnded(state)) return stay(status, `The release is over: ${state.replace('_', ' ')}.`);
  if (status.isKilled) return { ...stay(status, 'The flag was killed.'), action: 'kill' };
  if (state === 'draft') return stay(status, 'A draft: not started.');
  if (state === 'scheduled') return decideStart(status, facts);
  if (state === 'rolling_back') {
    return { ...stay(status, 'Nobody is served the feature any more.'), action: 'finish_rollback' };
  }
  const harm = harmOf(status, facts);
  if (harm !== null && (harm.action === 'rollback' || state !== 'paused')) return harm;
  if (state === 'paused') {
    return stay(status, `Paused at ${stepLabel(currentStep(status))} (${status.pauseReason}).`);
  }
  return decideStep(status, facts);
}

function stay({ bakedMs }: ReleaseStatus, sentence: string): Decision {
  return { action: 'none', sentence, holds: [], because: [], bakedMs };
}

function decideStart(status: ReleaseStatus, facts: TickFacts): Decision {
  const { startAt, plan, isStartApproved } = status;
  if (startAt !== null && startAt > facts.now)
    return stay(status, `Starts ${formatTime(startAt)}.`);
  const holds = [...closedHolds(facts), ...dependencyHolds(facts)];
  if (holds.length > 0) return hold('Waiting to start', holds, status.bakedMs);
  if (plan.startApproval && !isStartApproved) {
    return { ...stay(status, 'Waiting for approval to start.'), action: 'await_approval' };
  }
  const sentence = `Started at ${stepLabel(plan.steps[0])}.`;
  return { ...stay(status, sentence), action: 'start', bakedMs: 0 };
}

/** Decides for a release that runs or is in its final bake, without harm. */
function decideStep(status: ReleaseStatus, facts: TickFacts): Decision {
  const bakedMs = bakedMsAfter(status, facts);
  const holds = holdsOf(status, facts);
  const here = stepLabel(currentStep(status));
  if (holds.length > 0) return hold(`Holding at ${here}`, holds, bakedMs);
  if (currentStep(status)?.approval && !status.isStepApproved) {
    const sentence = `Waiting for approval to go on from ${here}.`;
    return { action: 'await_approval', sentence, holds, because: [], bakedMs };
  }
  if (isAtLastStep(status)) {
    return { action: 'complete', sentence: `Completed at ${here}.`, holds, because: [], bakedMs };
  }
  const { plan, step } = status;
  const next = stepLabel(plan.steps[step + 1]);
  const isLast = step + 1 === plan.steps.length - 1;
  return {
    action: isLast ? 'final_bake' : 'advance',
    sentence: `Advanced from ${here} to ${next}: ${proofOf(status, facts)}.`,
    ...{ holds, because: [], bakedMs: 0 },
  };
}

function hold(where: string, holds: readonly Hold[], bakedMs: number): Decision {
  const [first] = holds;
  const more = holds.length > 1 ? ` (and ${holds.length - 1} more)` : '';
  const sentence = `${where}: ${first?.message}${more}.`;
  return { action: 'hold', sentence, holds, because: [], bakedMs };
}

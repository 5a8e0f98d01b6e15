import { type LimitEvidence, LN_PAUSE, LN_ROLLBACK } from '../gates/evidence.js';
import type { Decision, ReleaseStatus, TickedGate, TickFacts } from './decision.js';
import { describeGates, describeLimit, describeTicked, metricsBehind } from './describe-harm.js';
import type { PauseReason } from './release.js';
import { formatEvidence, formatInteger } from '../format.js';

interface Harm {
  readonly action: 'rollback' | 'pause';
  readonly pauseReason?: PauseReason;
  readonly why: string;
  readonly because: readonly string[];
}

/** Returns the most severe verdict at this tick, or null. The running maxima decide. */
export function harmOf(status: ReleaseStatus, facts: TickFacts): Decision | null {
  const harm =
    absoluteHarm(facts, 'rollback') ??
    provenHarm(facts) ??
    sampleRatioHarm(facts) ??
    suspectedHarm(facts) ??
    absoluteHarm(facts, 'pause');
  if (harm === null) return null;
  const { why, ...rest } = harm;
  const start = harm.action === 'rollback' ? rollbackWords(status) : 'Paused';
  return { ...rest, sentence: `${start}: ${why}.`, holds: [], bakedMs: status.bakedMs };
}

function rollbackWords({ plan }: ReleaseStatus): string {
  return plan.rollbackTo === 'start' ? 'Rolled back to where it started' : 'Rolled back';
}

function provenHarm({ evaluation }: TickFacts): Harm | null {
  const { lnEMax } = evaluation.rollback;
  if (lnEMax < LN_ROLLBACK) return null;
  const because = metricsBehind(evaluation, 'rollback');
  const reached = `evidence ${formatEvidence(lnEMax)} (100 rolls back) ${afterPeople(evaluation)}`;
  const why = `${describeGates(evaluation, because)}; ${reached}`;
  return { action: 'rollback', why, because };
}

function suspectedHarm({ evaluation }: TickFacts): Harm | null {
  const { lnEMax } = evaluation.pause;
  if (lnEMax < LN_PAUSE) return null;
  const because = metricsBehind(evaluation, 'pause');
  const reached = `evidence ${formatEvidence(lnEMax)} (20 pauses) ${afterPeople(evaluation)}`;
  const why = `${describeGates(evaluation, because)}; ${reached}`;
  return { action: 'pause', pauseReason: 'regression', why, because };
}

function afterPeople({ stepUnits }: TickFacts['evaluation']): string {
  return `after ${formatInteger(stepUnits.treatment)} people with the feature in this step`;
}

function sampleRatioHarm({ evaluation }: TickFacts): Harm | null {
  const { lnEMax } = evaluation.sampleRatio;
  if (lnEMax < LN_ROLLBACK) return null;
  const why =
    'the sides hold other shares of people than planned, so that comparing them cannot be trusted ' +
    `(evidence ${formatEvidence(lnEMax)}, 100 pauses)`;
  return { action: 'pause', pauseReason: 'srm', why, because: [] };
}

/**
 * Limits, queries and probes have no control to compare with, so the sentence names a recent
 * deploy.
 */
function absoluteHarm(facts: TickFacts, action: 'rollback' | 'pause'): Harm | null {
  const ticked = facts.ticked.filter((gate) => actionOfTicked(gate) === action);
  const limits = facts.evaluation.limits.filter((limit) => actionOfLimit(limit) === action);
  if (ticked.length + limits.length === 0) return null;
  const said = [
    ...limits.map((limit) => `${describeLimit(limit)}, evidence ${formatEvidence(limit.lnEMax)}`),
    ...ticked.map(describeTicked),
  ];
  const because = [...limits, ...ticked].map(({ metric }) => metric);
  const why = `${said.join('; ')}${nearbyMarker(facts)}`;
  return action === 'rollback'
    ? { action, why, because }
    : { action, pauseReason: 'absolute', why, because };
}

function actionOfTicked(gate: TickedGate): 'rollback' | 'pause' | null {
  if (gate.action === 'watch') return null;
  if (gate.isOverdue && gate.onNoData === 'rollback') return 'rollback';
  return gate.hasFired ? gate.action : null;
}

/**
 * As for compared gates, 20 pauses whatever the action, and 100 rolls back if the action is
 * `rollback`.
 */
function actionOfLimit({ action, lnEMax }: LimitEvidence): 'rollback' | 'pause' | null {
  if (action === 'watch' || lnEMax < LN_PAUSE) return null;
  return action === 'rollback' && lnEMax >= LN_ROLLBACK ? 'rollback' : 'pause';
}

function nearbyMarker({ now, recentMarkers }: TickFacts): string {
  const [newest] = recentMarkers;
  if (!newest) return '';
  const minutes = Math.max(0, Math.round((now - newest.at) / 60_000));
  return ` (${newest.label} was ${minutes} min before)`;
}

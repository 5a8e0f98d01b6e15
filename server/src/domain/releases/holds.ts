import {
  formatChange,
  formatDuration,
  formatEvidence,
  formatInteger,
  formatList,
  formatShare,
  formatTime,
} from '../format.js';
import { type GateEvidence, LN_HOLD } from '../gates/evidence.js';
import { bakedMsAfter } from './bake-clock.js';
import type { Hold, ReleaseStatus, TickFacts } from './decision.js';
import { describeGates, describeLimit, metricsBehind } from './describe-harm.js';
import { actingGates, earnsBy } from './earning.js';
import { bakeNeededMs, currentStep, isAtLastStep, isComparedStep } from './release.js';

const BOTH_ARMS_MAX = 0.001;

/** All reasons to hold the release at its step, as sentences; empty: it may advance. */
export function holdsOf(status: ReleaseStatus, facts: TickFacts): readonly Hold[] {
  return [
    ...(isAtLastStep(status) ? [] : [...closedHolds(facts), ...dependencyHolds(facts)]),
    ...holdUntil(status, facts),
    ...staleHolds(status, facts),
    ...sourceHolds(status, facts),
    ...bakeHolds(status, facts),
    ...unitHolds(status, facts),
    ...immatureHolds(status, facts),
    ...suspicionHolds(status, facts),
    ...unearnedHolds(status, facts),
  ];
}

/** Windows and freezes prevent only rises of exposure. */
export function closedHolds({ closed }: TickFacts): readonly Hold[] {
  return closed.map(({ kind, what, opensAt }) => ({
    code: kind === 'freeze' ? 'FREEZE' : 'WINDOW',
    message: opensAt === null ? what : `${what}; opens ${formatTime(opensAt)}`,
  }));
}

/** Holds because of changes to the parent flags. */
export function dependencyHolds({ dependencies = [] }: TickFacts): readonly Hold[] {
  return dependencies.map((message) => ({ code: 'DEPENDENCY', message }));
}

function holdUntil({ holdUntil: until }: ReleaseStatus, { now }: TickFacts): readonly Hold[] {
  if (until === null || until <= now) return [];
  return [{ code: 'HOLD_UNTIL', message: `held by hand until ${formatTime(until)}` }];
}

function staleHolds(status: ReleaseStatus, facts: TickFacts): readonly Hold[] {
  const { now, watermark, liveInstances, silentInstances } = facts;
  const stale = (message: string): Hold[] => [{ code: 'STALE_DATA', message }];
  if (silentInstances.length > 0) return stale(`silent: ${formatList(silentInstances)}`);
  if (watermark === null || liveInstances === 0) return stale('no instance reports');
  const lagMaxMs = status.plan.maxLagSeconds * 1000;
  if (now - watermark > lagMaxMs) {
    const age = formatDuration(now - watermark);
    return stale(
      `the data is complete up to ${age} ago, at most ${formatDuration(lagMaxMs)} is allowed`,
    );
  }
  const overtimeMs = bakedMsAfter(status, facts) - bakeNeededMs(status);
  if (!status.isBakeSkipped && overtimeMs >= 0 && watermark < now - overtimeMs) {
    return stale('the data does not reach the end of the bake yet');
  }
  return [];
}

function sourceHolds({ plan }: ReleaseStatus, facts: TickFacts): readonly Hold[] {
  const watched = new Set(
    plan.gates.filter(({ action }) => action === 'watch').map(({ metric }) => metric),
  );
  const unseen = facts.neverSeen
    .filter((metric) => !watched.has(metric))
    .map((metric): Hold => {
      return { code: 'NO_DATA', metric, message: `${metric} has never had a number` };
    });
  const asked = facts.ticked.flatMap(({ metric, action, status, onNoData, message }): Hold[] => {
    const why = message === null ? '' : `: ${message}`;
    if (action === 'watch') return [];
    if (status === 'BREACH') {
      return [{ code: 'SUSPICIOUS', metric, message: `${metric} is beyond its limit${why}` }];
    }
    if (status === 'OK' || onNoData === 'ignore') return [];
    return status === 'ERROR'
      ? [{ code: 'SOURCE_ERROR', metric, message: `${metric} could not be read${why}` }]
      : [{ code: 'NO_DATA', metric, message: `${metric} has no number${why}` }];
  });
  return [...unseen, ...asked];
}

function bakeHolds(status: ReleaseStatus, facts: TickFacts): readonly Hold[] {
  const needed = bakeNeededMs(status);
  const baked = bakedMsAfter(status, facts);
  if (status.isBakeSkipped || baked >= needed) return [];
  return [
    { code: 'BAKE', message: `observed for ${formatDuration(baked)} of ${formatDuration(needed)}` },
  ];
}

function unitHolds(status: ReleaseStatus, { evaluation }: TickFacts): readonly Hold[] {
  const { stepUnits, bothArmsShare } = evaluation;
  const wanted = currentStep(status)?.minUnits ?? 0;
  const holds: Hold[] = [];
  if (stepUnits.treatment < wanted) {
    const seen = `${formatInteger(stepUnits.treatment)} of ${formatInteger(wanted)}`;
    holds.push({ code: 'UNITS', message: `${seen} people with the feature seen in this step` });
  }
  if (bothArmsShare > BOTH_ARMS_MAX) {
    const share = formatShare(bothArmsShare);
    const message = `${share} of people were seen on both sides: is what the rule draws by stable?`;
    holds.push({ code: 'UNSTABLE_UNITS', message });
  }
  return holds;
}

/** Events that users cause hours later cannot be seen earlier, however many users there are. */
function immatureHolds(status: ReleaseStatus, { now }: TickFacts): readonly Hold[] {
  if (!isComparedStep(status)) return [];
  const ageMs = now - (status.stepStartedAt ?? now);
  return status.plan.gates
    .filter(({ action, maturesAfterSeconds }) => {
      return action !== 'watch' && maturesAfterSeconds * 1000 > ageMs;
    })
    .map(({ metric, maturesAfterSeconds }): Hold => {
      const age = `this step is ${formatDuration(ageMs)} old`;
      const message = `${metric} matures after ${formatDuration(maturesAfterSeconds * 1000)}: ${age}`;
      return { code: 'IMMATURE', metric, message };
    });
}

function suspicionHolds(status: ReleaseStatus, { evaluation }: TickFacts): readonly Hold[] {
  const holds = evaluation.limits
    .filter(({ action, lnE }) => action !== 'watch' && lnE >= LN_HOLD)
    .map((limit): Hold => {
      const message = `${describeLimit(limit)}: evidence ${formatEvidence(limit.lnE)}`;
      return { code: 'SUSPICIOUS', metric: limit.metric, message };
    });
  const { pause } = evaluation;
  if (!isComparedStep(status) || pause.lnE < LN_HOLD) return holds;
  const metrics = metricsBehind(evaluation, 'pause');
  const evidence = `evidence ${formatEvidence(pause.lnE)}, below 2 goes on`;
  const message = `${describeGates(evaluation, metrics)}: ${evidence}`;
  const [metric] = metrics;
  return [...holds, { code: 'SUSPICIOUS', message, ...(metric === undefined ? {} : { metric }) }];
}

/** Without a control group, there is no evidence to wait for. */
function unearnedHolds(status: ReleaseStatus, { evaluation }: TickFacts): readonly Hold[] {
  return actingGates(status, evaluation)
    .filter((gate) => earnsBy(gate, status) === null)
    .map((gate): Hold => {
      return { code: 'NOT_EARNED', metric: gate.metric, message: missingProof(gate, status) };
    });
}

function missingProof({ metric, ruledOut, badShare }: GateEvidence, status: ReleaseStatus) {
  const gate = status.plan.gates.find((other) => other.metric === metric);
  const bound =
    ruledOut === null
      ? 'nothing is ruled out yet'
      : `worse than ${formatChange(ruledOut)} is ruled out`;
  const proof = currentStep(status)?.advance === 'prove' ? 'wanted as proof' : 'wanted';
  const wanted = gate ? `, ${formatChange(gate.ruledOut)} is ${proof}` : '';
  const floor = currentStep(status)?.advance === 'prove' ? null : (gate?.floor ?? null);
  const other =
    badShare === null || floor === null
      ? ''
      : `; or a share surely below ${formatShare(floor)}, now ${formatShare(badShare.upper)}`;
  return `${metric}: ${bound}${wanted}${other}`;
}

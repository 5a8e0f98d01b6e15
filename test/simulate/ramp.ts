import type { Evaluation, PinnedGates, Latches } from '../../server/src/domain/gates/evidence.js';
import type { ReleaseTotals } from '../../server/src/domain/gates/totals.js';
import type { MetricDefinition } from '../../server/src/domain/metrics/metric.js';
import type {
  Decision,
  ReleaseStatus,
  TickFacts,
} from '../../server/src/domain/releases/decision.js';
import type { ReleasePlan } from '../../server/src/domain/releases/plan.js';
import type { PlanInput } from '../../server/src/domain/releases/plan-input.js';
import type { PauseReason } from '../../server/src/domain/releases/release.js';

/** The real functions of the server: whoever runs the simulation brings them along. */
export interface Engine {
  completePlan(input: PlanInput): ReleasePlan;
  pinGates(
    plan: ReleasePlan,
    definitions: Readonly<Record<string, MetricDefinition>>,
    round: number,
  ): PinnedGates;
  noLatches(round: number): Latches;
  evaluateGates(
    totals: ReleaseTotals,
    pinned: PinnedGates,
    latches: Latches,
    at: { readonly step: number },
  ): Evaluation;
  decide(status: ReleaseStatus, facts: TickFacts): Decision;
}

export interface Arms {
  treatment: number;
  control: number;
}

export interface Buckets {
  readonly s: number[];
  readonly n: number[];
}

export interface MetricSums {
  readonly firsts?: Arms;
  readonly firstsAll?: Arms;
  readonly buckets?: { readonly treatment: Buckets; readonly control: Buckets };
  readonly slo?: { bad: number; total: number };
}

/** A phase that a world adds to, look by look. */
export interface Phase {
  readonly phase: number;
  readonly round: number;
  readonly step: number;
  share: number;
  readonly units: Arms;
  readonly firstUnits: Arms;
  readonly unitsInBothArms: number;
  readonly exposures: Arms;
  readonly metrics: Record<string, MetricSums>;
}

/** People, their traffic and what the feature does to them. */
export interface World {
  begin(phase: Phase): void;
  look(phase: Phase, look: number): void;
}

export interface RampOptions {
  readonly plan: ReleasePlan;
  readonly metrics: Readonly<Record<string, MetricDefinition>>;
  readonly looksMax: number;
  readonly onLook?: (phases: readonly Phase[], evaluation: Evaluation, look: number) => void;
}

export interface RampResult {
  /** First pause, or rollback without one. */
  readonly stopped: Stop | null;
  readonly rolledBack: Stop | null;
  readonly pauseReason: PauseReason | null;
  readonly isComplete: boolean;
  readonly looks: number;
  readonly step: number;
  /** Steps left at the first look at which time alone would have allowed it. */
  readonly heldByEvidence: number;
  readonly boundaries: number;
}

export interface Stop {
  readonly look: number;
  readonly step: number;
  readonly treated: number;
}

const START = Date.UTC(2026, 0, 5);

/** One release on a fake clock: each look gathers, evaluates and decides as a tick does. */
export function runRamp(engine: Engine, options: RampOptions, world: World): RampResult {
  const { plan, metrics, looksMax, onLook } = options;
  const tickMs = plan.tickSeconds * 1000;
  let pinned = engine.pinGates(plan, metrics, 1);
  let latches = engine.noLatches(1);
  let status = firstStatus(plan);
  let phase = newPhase(0, 0, (plan.steps[0]?.percent ?? 0) / 100);
  const phases = [phase];
  const result = { ...NOTHING_YET };
  let wasAtBoundary = false;
  world.begin(phase);
  for (let look = 1; look <= looksMax; look++) {
    result.looks = look;
    const now = START + look * tickMs;
    world.look(phase, look);
    const totals = { sample: 1, phases };
    const evaluation = engine.evaluateGates(totals, pinned, latches, { step: status.step });
    ({ pinned, latches } = evaluation);
    onLook?.(phases, evaluation, look);
    const decision = engine.decide(status, factsAt(now, evaluation));
    const isAtBoundary = isBakeOver(decision, plan, status);
    if (isAtBoundary && !wasAtBoundary) {
      result.boundaries++;
      if (decision.holds.some(({ code }) => code === 'SUSPICIOUS')) result.heldByEvidence++;
    }
    wasAtBoundary = isAtBoundary;
    const stop = { look, step: status.step, treated: treatedOf(phases) };
    status = { ...status, bakedMs: decision.bakedMs, lastTickAt: now };
    if (decision.action === 'pause') {
      result.stopped ??= stop;
      result.pauseReason = decision.pauseReason ?? null;
      status = { ...status, state: 'paused', pauseReason: decision.pauseReason ?? null };
    } else if (decision.action === 'rollback') {
      result.stopped ??= stop;
      result.rolledBack = stop;
      return result;
    } else if (decision.action === 'complete') {
      return { ...result, isComplete: true };
    } else if (decision.action === 'advance' || decision.action === 'final_bake') {
      const state = decision.action === 'final_bake' ? 'final_bake' : 'running';
      status = { ...status, state, step: status.step + 1, stepStartedAt: now };
      phase = newPhase(phases.length, status.step, (plan.steps[status.step]?.percent ?? 0) / 100);
      phases.push(phase);
      world.begin(phase);
      wasAtBoundary = false;
    }
    result.step = status.step;
  }
  return result;
}

const NOTHING_YET = {
  ...{ stopped: null as Stop | null, rolledBack: null as Stop | null, isComplete: false },
  ...{ pauseReason: null as PauseReason | null, looks: 0, step: 0 },
  ...{ heldByEvidence: 0, boundaries: 0 },
};

function isBakeOver(decision: Decision, plan: ReleasePlan, status: ReleaseStatus): boolean {
  if (['advance', 'final_bake', 'complete'].includes(decision.action)) return true;
  const needed = (plan.steps[status.step]?.minBakeSeconds ?? 0) * 1000;
  return decision.action === 'hold' && decision.bakedMs >= needed;
}

function firstStatus(plan: ReleasePlan): ReleaseStatus {
  return {
    ...{ state: 'running', pauseReason: null, plan, step: 0, isKilled: false, startAt: null },
    ...{ isStartApproved: true, isStepApproved: true, holdUntil: null, bakedMs: 0 },
    ...{ isBakeSkipped: false, lastTickAt: START, stepStartedAt: START },
  };
}

function factsAt(now: number, evaluation: Evaluation): TickFacts {
  return {
    ...{ now, evaluation, ticked: [], watermark: now, liveInstances: 1, silentInstances: [] },
    ...{ closed: [], recentMarkers: [], neverSeen: [] },
  };
}

function newPhase(index: number, step: number, share: number): Phase {
  const none = (): Arms => ({ treatment: 0, control: 0 });
  return {
    ...{ phase: index + 1, round: 1, step, share, units: none(), firstUnits: none() },
    ...{ unitsInBothArms: 0, exposures: none(), metrics: {} },
  };
}

function treatedOf(phases: readonly Phase[]): number {
  return phases.reduce((sum, { firstUnits }) => sum + firstUnits.treatment, 0);
}

import {
  bucketedBounds,
  bucketedLnE,
  estimateBucketed,
  type SummedPhase,
  sumPhase,
} from './bucketed.js';
import { type ChosenPhases, distinctUnits } from './choose-phases.js';
import { BOUND_ALPHA, type Bounds, type PinnedGate } from './evidence.js';
import { lateOnsetLnE, startsOf } from './late-onset.js';
import type { PhaseTotals } from './totals.js';

const UNITS_MIN = 100;
const TREATED_BUCKETS_MIN = 64;
const EVENTS_MIN = 10;
/** When harm lowers a share, few events may be the harm, so readiness uses the expected events. */
const EXPECTED_EVENTS_MIN = 50;
const NO_BOUNDS = { estimate: null, lower: null, upper: null };

interface Measured extends SummedPhase, Pick<PhaseTotals, 'phase' | 'step' | 'units'> {}

export interface BucketedJudgement {
  readonly isReady: boolean;
  readonly lnE: number;
  readonly scale: number | null;
  readonly effect: Bounds;
  readonly ruledOut: number | null;
}

interface Terms {
  readonly gate: PinnedGate;
  readonly sample: number;
  readonly plannedPhases: number;
}

export function judgeBucketed(phases: ChosenPhases, terms: Terms): BucketedJudgement {
  const { gate } = terms;
  const measured = measure(phases.compared, gate.metric);
  const scale = isReady(measured, terms) ? (gate.scale ?? scaleOf(measured)) : null;
  if (scale === null) {
    return { isReady: false, lnE: 0, scale: gate.scale, effect: NO_BOUNDS, ruledOut: null };
  }
  const ofStep = new Set(phases.comparedOfStep.map(({ phase }) => phase));
  return {
    isReady: true,
    lnE: lnEWithLateOnset(measured, scale, terms),
    scale,
    effect: bucketedBounds(measured, scale, BOUND_ALPHA) ?? NO_BOUNDS,
    ruledOut: ruledOutBy(
      measured.filter(({ phase }) => ofStep.has(phase)),
      scale,
      terms,
    ),
  };
}

function measure(phases: readonly PhaseTotals[], metric: string): readonly Measured[] {
  return phases.flatMap(({ phase, step, units, metrics }) => {
    const buckets = metrics[metric]?.buckets;
    return buckets ? [{ phase, step, units, ...sumPhase(buckets) }] : [];
  });
}

function lnEWithLateOnset(measured: readonly Measured[], scale: number, terms: Terms): number {
  const { gate, plannedPhases } = terms;
  const against = { margin: gate.margin, harmful: gate.definition.harmful };
  const byStart = startsOf(measured, plannedPhases).map((start) => {
    const since = measured.slice(start);
    const estimate = isReady(since, terms) ? estimateBucketed(since, against) : null;
    return estimate === null ? 0 : bucketedLnE(estimate, scale);
  });
  return lateOnsetLnE(byStart, plannedPhases);
}

/** The normal approximation needs users spread over buckets and, for shares, a number of events. */
function isReady(phases: readonly Measured[], { gate, sample }: Terms): boolean {
  const { definition } = gate;
  const isSampled = definition.kind !== 'split' && definition.per === 'unit';
  const people = distinctUnits(phases, 'treatment') / (isSampled ? 1 : sample);
  if (people < UNITS_MIN) return false;
  if (treatedBuckets(phases) < TREATED_BUCKETS_MIN) return false;
  if (definition.kind === 'mean') return true;
  let events = 0;
  let expected = 0;
  for (const { sum, count } of phases) {
    events += sum.treatment;
    if (count.control > 0) expected += (sum.control / count.control) * count.treatment;
  }
  if (events >= EVENTS_MIN) return true;
  return definition.harmful === 'down' && expected >= EXPECTED_EVENTS_MIN;
}

function treatedBuckets(phases: readonly Measured[]): number {
  const bucketCount = phases[0]?.buckets.treatment.n.length ?? 0;
  let reached = 0;
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    if (phases.some(({ buckets }) => (buckets.treatment.n[bucket] ?? 0) > 0)) reached++;
  }
  return reached;
}

/** The rate of control: effects are relative to it. */
function scaleOf(phases: readonly Measured[]): number | null {
  const estimate = estimateBucketed(phases, { margin: 0, harmful: 'up' });
  if (estimate === null || estimate.controlRate === 0) return null;
  return Math.abs(estimate.controlRate);
}

function ruledOutBy(ofStep: readonly Measured[], scale: number, terms: Terms): number | null {
  if (!isReady(ofStep, terms)) return null;
  const bounds = bucketedBounds(ofStep, scale, BOUND_ALPHA);
  if (bounds === null) return null;
  if (terms.gate.definition.harmful === 'up') return bounds.upper;
  return bounds.lower > -1 ? 1 / (1 + bounds.lower) - 1 : null;
}

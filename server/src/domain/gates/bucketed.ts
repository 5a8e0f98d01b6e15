import type { Harmful } from '../metrics/metric.js';
import { effectGrid } from './effect-grid.js';
import { findCrossing } from './find-crossing.js';
import { logMeanExp } from './log-mean-exp.js';
import type { BucketSums, PerArm } from './totals.js';

export const BUCKETED_EFFECTS = effectGrid(0.01, 2, 12);
const Z_MAX = 1000;

/** Difference between treatment and control over all phases; positive is worse. */
export interface BucketedEstimate {
  readonly difference: number;
  readonly standardError: number;
  /** `difference / standardError`, corrected for the number of buckets: normal under the null. */
  readonly z: number;
  /** Rate of control, with the same phase weights as `difference`. */
  readonly controlRate: number;
}

/** One phase with its totals, computed once because every evaluation needs them. */
export interface SummedPhase {
  readonly buckets: PerArm<BucketSums>;
  readonly sum: PerArm<number>;
  readonly count: PerArm<number>;
}

interface Weighted extends SummedPhase {
  readonly weight: number;
  readonly rate: PerArm<number>;
}

export function sumPhase(buckets: PerArm<BucketSums>): SummedPhase {
  const { treatment, control } = buckets;
  return {
    buckets,
    sum: { treatment: total(treatment.s), control: total(control.s) },
    count: { treatment: total(treatment.n), control: total(control.n) },
  };
}

/**
 * E2: the difference between the arms' ratios of sums inside each phase, averaged by exposure. Its
 * error is computed over buckets of users, across phases and arms. Null when an arm has no data or
 * the buckets have no spread.
 */
export function estimateBucketed(
  phases: readonly SummedPhase[],
  { margin, harmful }: { readonly margin: number; readonly harmful: Harmful },
): BucketedEstimate | null {
  const sign = harmful === 'up' ? 1 : -1;
  const tolerated = 1 + sign * margin;
  const means = weightedMeans(phases);
  if (means.length === 0) return null;
  let difference = 0;
  let controlRate = 0;
  for (const { weight, rate } of means) {
    difference += sign * weight * (rate.treatment - tolerated * rate.control);
    controlRate += weight * rate.control;
  }
  const { residuals, treatedBuckets } = residualsOf(means, tolerated);
  const bucketCount = residuals.length;
  const squares = residuals.reduce((sum, residual) => sum + residual * residual, 0);
  const standardError = Math.sqrt((bucketCount / (bucketCount - 1)) * squares);
  const freedom = treatedBuckets - 1;
  if (freedom < 1 || !(standardError > 0)) return null;
  const z = normalOfStudent(difference / standardError, freedom);
  return { difference, standardError, z, controlRate };
}

function weightedMeans(phases: readonly SummedPhase[]): readonly Weighted[] {
  const usable = phases.filter(({ count }) => count.treatment > 0 && count.control > 0);
  const weights = usable.map(({ count: { treatment, control } }) => {
    return (treatment * control) / (treatment + control);
  });
  const weightSum = total(weights);
  return usable.map((phase, index) => ({
    ...phase,
    weight: (weights[index] ?? 0) / weightSum,
    rate: {
      treatment: phase.sum.treatment / phase.count.treatment,
      control: phase.sum.control / phase.count.control,
    },
  }));
}

/** The residual of each bucket of users, summed over both arms and all phases. */
function residualsOf(means: readonly Weighted[], tolerated: number) {
  const bucketCount = means[0]?.buckets.treatment.s.length ?? 0;
  const residuals = new Float64Array(bucketCount);
  const hasTreated = new Uint8Array(bucketCount);
  for (const { buckets, weight, count, rate } of means) {
    const { treatment, control } = buckets;
    const ofTreatment = weight / count.treatment;
    const ofControl = (weight * tolerated) / count.control;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      const treatedCount = treatment.n[bucket] ?? 0;
      if (treatedCount > 0) hasTreated[bucket] = 1;
      const treated = (treatment.s[bucket] ?? 0) - rate.treatment * treatedCount;
      const rest = (control.s[bucket] ?? 0) - rate.control * (control.n[bucket] ?? 0);
      residuals[bucket] = (residuals[bucket] ?? 0) + ofTreatment * treated - ofControl * rest;
    }
  }
  return { residuals, treatedBuckets: total(hasTreated) };
}

/** Approximates the normal quantile that corresponds to a value of Student's t. */
export function normalOfStudent(t: number, freedom: number): number {
  return (t * (1 - 1 / (4 * freedom))) / Math.sqrt(1 + (t * t) / (2 * freedom));
}

/**
 * ln of the evidence for harm; `scale` is the rate of control, pinned when the gate became ready.
 */
export function bucketedLnE(estimate: BucketedEstimate, scale: number): number {
  return mixture(estimate.z, scale / estimate.standardError);
}

/** `precision` is the square root of the information, in units of the relative effect. */
function mixture(z: number, precision: number): number {
  return logMeanExp(
    BUCKETED_EFFECTS.map((effect) => {
      const shift = effect * precision;
      return shift * z - (shift * shift) / 2;
    }),
  );
}

/**
 * Half-width of the confidence interval in standard errors: the z at which the evidence is `1 /
 * alpha`.
 */
export function criticalZ(precision: number, alpha: number): number | null {
  const line = -Math.log(alpha);
  return findCrossing((z) => mixture(z, precision) - line, { from: 0, to: Z_MAX, guess: 3.2 });
}

/** Bounds of the effect relative to the rate of control: 0.5 is +50 %. */
export function bucketedBounds(
  phases: readonly SummedPhase[],
  scale: number,
  alpha: number,
): { readonly estimate: number; readonly lower: number; readonly upper: number } | null {
  const plain = estimateBucketed(phases, { margin: 0, harmful: 'up' });
  if (plain === null || plain.controlRate === 0) return null;
  const z = criticalZ(scale / plain.standardError, alpha);
  if (z === null) return null;
  const { difference, standardError } = plain;
  const rate = Math.abs(plain.controlRate);
  return {
    estimate: difference / rate,
    lower: (difference - z * standardError) / rate,
    upper: (difference + z * standardError) / rate,
  };
}

function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] ?? 0;
  return sum;
}

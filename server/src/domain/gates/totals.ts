import type { Arm } from '@sluice/sdk/core';

/** Sums over 256 buckets of people: `s` of values, `n` of people or requests. */
export interface BucketSums {
  readonly s: readonly number[];
  readonly n: readonly number[];
}

export type PerArm<T> = Readonly<Record<Arm, T>>;

/** What one metric has gathered in one phase. Absent parts: nothing yet. */
export interface MetricTotals {
  /** People whose first event in this round fell into this phase, by arm; of the unit sample. */
  readonly firsts?: PerArm<number>;
  /** As `firsts`, with the warm-up counted: the tripwire's. */
  readonly firstsAll?: PerArm<number>;
  readonly buckets?: PerArm<BucketSums>;
  /** Events of the treated side, for an absolute limit. */
  readonly slo?: { readonly bad: number; readonly total: number };
}

/** One phase: a stretch of a release with one constant share. Never pooled with another. */
export interface PhaseTotals {
  readonly phase: number;
  /** Statistics restart with each round. */
  readonly round: number;
  /** Index of the plan's step. */
  readonly step: number;
  /** Treated share, 0 to 1. */
  readonly share: number;
  /** Distinct people exposed in this phase; of the unit sample. */
  readonly units: PerArm<number>;
  /** People whose first exposure in this round fell into this phase: for the sample ratio. */
  readonly firstUnits: PerArm<number>;
  /** People seen on both sides within this phase; should be none. */
  readonly unitsInBothArms: number;
  readonly exposures: PerArm<number>;
  readonly metrics: Readonly<Record<string, MetricTotals>>;
}

/** Everything the statistics know of a release, phases in order. `sample` is the unit sample. */
export interface ReleaseTotals {
  readonly sample: number;
  readonly phases: readonly PhaseTotals[];
}

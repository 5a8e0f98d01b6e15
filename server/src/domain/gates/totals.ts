import type { Arm } from '@sluice/sdk/core';

/** Sums over 256 buckets of users: `s` of values, `n` of users or requests. */
export interface BucketSums {
  readonly s: readonly number[];
  readonly n: readonly number[];
}

export type PerArm<T> = Readonly<Record<Arm, T>>;

/** Totals of one metric in one phase. An absent field means no data yet. */
export interface MetricTotals {
  /**
   * Users whose first event in this round fell into this phase, by arm; counted in the unit sample.
   */
  readonly firsts?: PerArm<number>;
  /** Like `firsts`, but includes the warm-up; used by the tripwire. */
  readonly firstsAll?: PerArm<number>;
  readonly buckets?: PerArm<BucketSums>;
  /** Events of treatment, for an absolute limit. */
  readonly slo?: { readonly bad: number; readonly total: number };
}

/** Totals of one phase, which has a constant share. Phases are never pooled. */
export interface PhaseTotals {
  readonly phase: number;
  /** Statistics restart with each round. */
  readonly round: number;
  /** Index of the plan's step. */
  readonly step: number;
  /** Treatment share, 0 to 1. */
  readonly share: number;
  /** Distinct users exposed in this phase; counted in the unit sample. */
  readonly units: PerArm<number>;
  /** Users whose first exposure in this round fell into this phase; used for the sample ratio. */
  readonly firstUnits: PerArm<number>;
  /** Users seen in both arms within this phase; should be 0. */
  readonly unitsInBothArms: number;
  readonly exposures: PerArm<number>;
  readonly metrics: Readonly<Record<string, MetricTotals>>;
}

/** All totals of a release, phases in order. `sample` is the share of units that is counted. */
export interface ReleaseTotals {
  readonly sample: number;
  readonly phases: readonly PhaseTotals[];
}

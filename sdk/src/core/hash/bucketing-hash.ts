/** Returns whether the unit is within the percentages. */
export type Inclusion = (unit: string) => boolean;
/** Returns the variant of a unit as an index into the given weights. */
export type SplitChoice = (unit: string) => number;

/**
 * One algorithm for drawing users, selected by `rollout.hash`. Both functions are built once, at
 * compile time.
 */
export interface BucketingHash {
  /** Percentages from 0 to 100; `from` is not above `to`. */
  inclusion(seed: string, from: number, to: number): Inclusion;
  /** Integer weights of at least 1, in code-unit order of their variants. */
  split(seed: string, weights: readonly number[]): SplitChoice;
}

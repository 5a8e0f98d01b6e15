/** Is this unit inside the percentages? */
export type Inclusion = (unit: string) => boolean;
/** Which of the weighted variants is this unit's: an index into the weights given. */
export type SplitChoice = (unit: string) => number;

/** One way to draw people, chosen by `rollout.hash`. Both functions are made once, at compile. */
export interface BucketingHash {
  /** Percentages 0 to 100, `from` not above `to`. */
  inclusion(seed: string, from: number, to: number): Inclusion;
  /** Whole weights from 1, in code-unit order of their variants. */
  split(seed: string, weights: readonly number[]): SplitChoice;
}

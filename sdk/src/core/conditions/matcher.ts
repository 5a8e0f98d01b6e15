import type { Report } from '../problem.js';

/** A value that an operator can test: one attribute, or one element of a list attribute. */
export type Scalar = string | number | boolean;

/** Epoch milliseconds or a function that returns them. Only date rules call it. */
export type Now = number | (() => number) | undefined;

/** Whether a whole condition holds for this context. */
export type Matcher = (subject: object, now: Now) => boolean;

/** Whether one operator with its values holds for one scalar. */
export type Test = (value: Scalar) => boolean;

/** The values of one leaf, checked to be scalars. */
export interface LeafValues {
  readonly values: readonly Scalar[];
  readonly ignoreCase: boolean;
}

/**
 * Builds the test of one operator. Returns nothing when an invalid value makes the rule unusable.
 */
export type CompileTest = (leaf: LeafValues, report: Report) => Test | undefined;

export const never: Test = () => false;

/** The values that `accept` can use. The others are reported and never match. */
export function usableValues<T>(
  leaf: LeafValues,
  accept: (value: Scalar) => T | undefined,
  complain: (index: number, value: Scalar) => void,
): T[] {
  const usable: T[] = [];
  for (const [index, value] of leaf.values.entries()) {
    const accepted = accept(value);
    if (accepted === undefined) complain(index, value);
    else usable.push(accepted);
  }
  return usable;
}

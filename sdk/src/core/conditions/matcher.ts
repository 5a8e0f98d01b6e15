import type { Report } from '../problem.js';

/** What an operator can be given: one attribute, or one element of a list attribute. */
export type Scalar = string | number | boolean;

/** Epoch milliseconds, or who tells them: only a rule about dates asks. */
export type Now = number | (() => number) | undefined;

/** Does a whole condition hold for this subject? */
export type Matcher = (subject: object, now: Now) => boolean;

/** Does one operator with its values hold for one scalar? */
export type Test = (value: Scalar) => boolean;

/** The values of one leaf, known to be scalars. */
export interface LeafValues {
  readonly values: readonly Scalar[];
  readonly ignoreCase: boolean;
}

/** Makes the test of one operator; nothing when a value is so wrong that the rule must not run. */
export type CompileTest = (leaf: LeafValues, report: Report) => Test | undefined;

export const never: Test = () => false;

/** The values that `accept` can use; the others never hold, and are reported. */
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

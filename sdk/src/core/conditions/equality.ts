import type { CompileTest, Scalar, Test } from './matcher.js';

/** Up to this length comparing one by one is faster than a set. */
const LIST_LENGTH_MAX = 4;

/** `in`: same type and equal under IEEE 754 comparison; NaN equals nothing. */
export const compileIn: CompileTest = ({ values, ignoreCase }) => {
  const wanted = values.filter((value) => !Number.isNaN(value));
  if (!ignoreCase) return isOneOf(wanted);
  const isWanted = isOneOf(wanted.map((value) => fold(value)));
  return (value) => isWanted(fold(value));
};

function isOneOf(values: readonly Scalar[]): Test {
  const wanted = new Set(values);
  if (wanted.size > LIST_LENGTH_MAX) return (value) => wanted.has(value);
  const list = [...wanted];
  return (value) => {
    for (let index = 0; index < list.length; index++) if (list[index] === value) return true;
    return false;
  };
}

function fold<T>(value: T): T | string {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

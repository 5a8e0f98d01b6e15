import type { CompileTest } from './matcher.js';

/** `in`: same type and equal. A set compares as IEEE does, but for NaN, which equals nothing. */
export const compileIn: CompileTest = ({ values, ignoreCase }) => {
  const wanted = new Set(values.filter((value) => !Number.isNaN(value)));
  if (!ignoreCase) return (value) => wanted.has(value);
  const folded = new Set([...wanted].map((value) => fold(value)));
  return (value) => folded.has(fold(value));
};

function fold<T>(value: T): T | string {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

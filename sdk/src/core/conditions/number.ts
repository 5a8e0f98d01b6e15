import { show } from '../problem.js';
import { type CompileTest, type Scalar, usableValues } from './matcher.js';

type NumberComparison = (value: number, bound: number) => boolean;
type Loosest = (a: number, b: number) => number;

export const compileLessThan = numberTest((value, bound) => value < bound, Math.max);
export const compileLessThanOrEqual = numberTest((value, bound) => value <= bound, Math.max);
export const compileGreaterThan = numberTest((value, bound) => value > bound, Math.min);
export const compileGreaterThanOrEqual = numberTest((value, bound) => value >= bound, Math.min);

/** A leaf matches when any bound does, so only the loosest bound counts. */
function numberTest(compare: NumberComparison, loosest: Loosest): CompileTest {
  return (leaf, report) => {
    const bounds = usableValues(leaf, asFinite, (index, value) =>
      report(`/values/${index}`, `value must be a finite number, got ${show(value)}`),
    );
    if (bounds.length === 0) return () => false;
    const bound = bounds.reduce((a, b) => loosest(a, b));
    return (value) => typeof value === 'number' && Number.isFinite(value) && compare(value, bound);
  };
}

function asFinite(value: Scalar): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

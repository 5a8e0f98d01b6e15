import { describe, expect, it } from 'vitest';
import { groupMarks } from './chart-parts.js';

const mark = (at: number, label: string, kind: 'phase' | 'marker' = 'marker') => ({
  at,
  label,
  kind,
});

describe('groupMarks', () => {
  const AXIS = { from: 0, to: 100 };
  const spanOf = (label: string): number => label.length;

  it('joins marks of the same kind whose names would overlap', () => {
    const marks = [mark(50, 'c'), mark(10, 'abc'), mark(12, 'b'), mark(11, '5 %', 'phase')];
    expect(groupMarks(marks, AXIS, spanOf).map(({ label }) => label)).toEqual([
      'abc +1',
      '5 %',
      'c',
    ]);
    expect(groupMarks([mark(10, 'abc'), mark(14, 'b')], AXIS, spanOf)).toHaveLength(2);
  });

  it('omits marks outside the visible axis', () => {
    expect(groupMarks([mark(-1, 'a'), mark(101, 'b')], AXIS, spanOf)).toEqual([]);
  });
});

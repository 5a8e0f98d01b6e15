import { describe, expect, it } from 'vitest';
import { groupMarks } from './chart-parts.js';

const mark = (at: number, label: string, kind: 'phase' | 'marker' = 'marker') => ({
  at,
  label,
  kind,
});

describe('marks on a chart', () => {
  it('that would stand on each other become one', () => {
    const marks = [mark(50, 'c'), mark(10, 'a'), mark(12, 'b'), mark(13, '5 %', 'phase')];
    expect(groupMarks(marks, 0, 100).map(({ label }) => label)).toEqual(['a +1', '5 %', 'c']);
  });

  it('outside of what is shown are left out', () => {
    expect(groupMarks([mark(-1, 'a'), mark(101, 'b')], 0, 100)).toEqual([]);
  });
});

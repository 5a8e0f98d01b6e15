import { describe, expect, it } from 'vitest';
import { chartLines, summarise } from './chart-series.js';

const point = (
  minute: number,
  phase: number,
  treated: [number, number],
  control: [number, number],
) => ({
  at: `2026-01-01T12:0${minute}:00Z`,
  phase,
  treatment: { count: treated[0], of: treated[1] },
  control: { count: control[0], of: control[1] },
});

describe('a chart of a metric', () => {
  const points = [
    point(0, 1, [1, 10], [1, 100]),
    point(1, 2, [0, 0], [4, 100]),
    point(2, 2, [3, 20], [2, 100]),
  ];

  it('has a gap where there is nothing to divide by', () => {
    const { times, lines } = chartLines(points);
    expect(times[1]! - times[0]!).toBe(60);
    expect(lines.map(({ values }) => values)).toEqual([
      [0.1, null, 0.15],
      [0.01, 0.04, 0.02],
    ]);
  });

  it('is summed up for the newest phase alone: phases are never pooled', () => {
    expect(summarise('http.errors', points)).toBe(
      'http.errors in phase 2: 15 % with the feature, 3 % without.',
    );
    expect(summarise('http.errors', [])).toContain('no data');
  });
});

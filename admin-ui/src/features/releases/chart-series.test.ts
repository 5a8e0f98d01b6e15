import { describe, expect, it } from 'vitest';
import { chartLines, quantileLines, summarise } from './chart-series.js';

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

  it('has a gap where the denominator is zero', () => {
    const { times, lines } = chartLines(points);
    expect(times[1]! - times[0]!).toBe(60);
    expect(lines.map(({ values }) => values)).toEqual([
      [0.1, null, 0.15],
      [0.01, 0.04, 0.02],
    ]);
  });

  it('is summarized for the newest phase only, because phases are never pooled', () => {
    expect(summarise('http.errors', points)).toBe(
      'http.errors in phase 2: 15 % with the feature, 3 % without.',
    );
    expect(summarise('http.errors', [])).toContain('no data');
  });
});

describe('a chart of quantiles', () => {
  const phase = (number: number, startedAt: string, endedAt: string | null) => ({
    ...{ phase: number, round: 1, step: 0, percent: 5, cause: 'step', revision: 1 },
    ...{ startedAt, endedAt },
  });
  const found = (number: number, arm: 'treatment' | 'control', value: number, quantile = 0.95) => ({
    ...{ phase: number, arm, quantile, count: 100 },
    ...{ value, lower: value - 1, upper: value + 1 },
  });
  const now = Date.parse('2026-01-01T12:10:00Z');

  it('draws each value with its band through its whole phase, up to now', () => {
    const phases = [
      phase(1, '2026-01-01T12:00:00Z', '2026-01-01T12:05:00Z'),
      phase(2, '2026-01-01T12:05:00Z', null),
      phase(3, '2026-01-01T12:09:00Z', null),
    ];
    const quantiles = [
      found(1, 'treatment', 20),
      found(2, 'treatment', 30),
      found(2, 'control', 9),
    ];
    const { times, lines } = quantileLines([...quantiles, found(1, 'control', 1, 0.5)], phases, {
      quantile: 0.95,
      now,
    });
    expect(times.map((time) => (time - times[0]!) / 60)).toEqual([0, 5, 10]);
    expect(lines.map(({ values }) => values)).toEqual([
      [20, 30, 30],
      [null, 9, 9],
    ]);
    expect(lines[0]?.band).toEqual({ lower: [19, 29, 29], upper: [21, 31, 31] });
  });

  it('has no points when there are no timings', () => {
    expect(quantileLines([], [], { quantile: 0.5, now }).times).toEqual([]);
  });
});

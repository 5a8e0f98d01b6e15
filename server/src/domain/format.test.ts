import { describe, expect, it } from 'vitest';
import {
  formatChange,
  formatDuration,
  formatEvidence,
  formatInteger,
  formatList,
  formatNumber,
  formatPercent,
  formatShare,
  formatTime,
} from './format.js';

describe('the formatters', () => {
  it('groups the digits of an integer', () => {
    expect([0, 1204, -1204.4].map(formatInteger)).toEqual(['0', '1,204', '−1,204']);
  });

  it('keeps three significant digits of a number, and all digits of a large one', () => {
    expect([0.031_24, 12.44, 1239.6, 12_345, -0.5, 0].map(formatNumber)).toEqual([
      '0.0312',
      '12.4',
      '1,240',
      '12,345',
      '−0.5',
      '0',
    ]);
    expect(formatShare(0.0312)).toBe('3.12 %');
  });

  it('writes a percentage without the rounding errors of binary fractions', () => {
    expect(formatPercent(33.333)).toBe('33.333 %');
    expect(formatPercent(0.1 + 0.2)).toBe('0.3 %');
  });

  it('writes a relative change with its sign', () => {
    expect([1.4, -0.25, 0].map(formatChange)).toEqual(['+140 %', '−25 %', '±0 %']);
  });

  it('shortens very large and very small evidence', () => {
    expect([0, Math.log(20), 40, -700].map(formatEvidence)).toEqual([
      '1',
      '20',
      'over 1,000,000',
      'below 0.01',
    ]);
  });

  it('writes a duration in its two largest units', () => {
    const durations = [
      [0, '0 s'],
      [-5, '0 s'],
      [119_000, '119 s'],
      [120_000, '2 min'],
      [3_600_000, '1 h'],
      [5_400_000, '1 h 30 min'],
      [86_400_000, '1 d'],
      [187_200_000, '2 d 4 h'],
    ] as const;
    expect(durations.map(([ms]) => formatDuration(ms))).toEqual(durations.map(([, text]) => text));
  });

  it('writes a moment in UTC, to the minute', () => {
    expect(formatTime(Date.UTC(2026, 0, 31, 12, 0, 59))).toBe('2026-01-31 12:00Z');
  });

  it('lists at most three names', () => {
    expect(formatList([])).toBe('');
    expect(formatList(['a', 'b', 'c'])).toBe('a, b and c');
    expect(formatList(['a', 'b', 'c', 'd', 'e'])).toBe('a, b and 3 more');
  });
});

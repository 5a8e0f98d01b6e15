import { describe, expect, it } from 'vitest';
import {
  formatChange,
  formatEvidence,
  formatNumber,
  formatShare,
  formatSpan,
  verdictWords,
  wouldHaveSeen,
} from './release-words.js';

describe('the words of a release', () => {
  it('name a span by its two largest units', () => {
    const spans = [0, 59_000, 119_000, 120_000, 4_800_000, 3_600_000, 187_200_000, 86_400_000];
    expect(spans.map(formatSpan)).toEqual(
      '0 s|59 s|119 s|2 min|1 h 20 min|1 h|2 d 4 h|1 d'.split('|'),
    );
    expect(formatSpan(-5)).toBe('0 s');
  });

  it('keep three digits that matter', () => {
    expect([0.031_24, 12.44, 1239.6, 0].map(formatNumber)).toEqual([
      '0.0312',
      '12.4',
      '1,240',
      '0',
    ]);
    expect(formatShare(0.0312)).toBe('3.12 %');
  });

  it('give an effect its sign', () => {
    expect([1.4, -0.25, 0].map(formatChange)).toEqual(['+140 %', '−25 %', '±0 %']);
  });

  it('keep evidence readable at both ends', () => {
    expect([0, Math.log(20), 40, -700].map(formatEvidence)).toEqual([
      '1',
      '20',
      'over 1,000,000',
      'below 0.01',
    ]);
  });

  it('never say that something is safe', () => {
    const labels = (['harm', 'suspicious', 'clear', 'unclear'] as const).map(
      (verdict) => verdictWords(verdict).label,
    );
    expect(labels).toEqual(['harm proven', 'suspicious', 'no harm seen', 'cannot tell yet']);
    expect(wouldHaveSeen(0.62)).toBe('would have seen more than +62 %');
    expect(wouldHaveSeen(null)).toBeUndefined();
  });
});

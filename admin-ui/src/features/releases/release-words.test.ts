import { describe, expect, it } from 'vitest';
import { verdictWords, wouldHaveSeen } from './release-words.js';

describe('the verdict labels of a release', () => {
  it('never say that a release is safe', () => {
    const labels = (['harm', 'suspicious', 'clear', 'unclear'] as const).map(
      (verdict) => verdictWords(verdict).label,
    );
    expect(labels).toEqual(['harm proven', 'suspicious', 'no harm seen', 'cannot tell yet']);
    expect(wouldHaveSeen(0.62)).toBe('would have seen more than +62 %');
    expect(wouldHaveSeen(null)).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { EVIDENCE_LINES, effectPlace, effectStretch, evidencePlace } from './evidence-scale.js';

describe('the bars of the evidence', () => {
  it('begin at 1 and show the lines at 2, 20 and 100 in order', () => {
    expect(evidencePlace(-3)).toBe(0);
    expect(evidencePlace(100)).toBe(100);
    const places = EVIDENCE_LINES.map(({ place }) => Math.round(place));
    expect(places).toEqual([10, 43, 67]);
  });

  it('place no change in the middle, and twice and half at equal distances from it', () => {
    expect(effectPlace(0)).toBe(50);
    expect(effectPlace(1) - 50).toBeCloseTo(50 - effectPlace(-0.5));
    expect([effectPlace(9), effectPlace(-1)]).toEqual([100, 0]);
  });

  it('extend an unbounded effect to the edge', () => {
    expect(effectStretch(null, null)).toEqual({ from: 0, to: 100 });
    expect(effectStretch(0, null)).toEqual({ from: 50, to: 100 });
  });
});

import { describe, expect, it } from 'vitest';
import { describePower } from './describe-power.js';

describe('describePower', () => {
  const step = { step: 0, percent: 5, unitsPerHour: 1_200 };

  it('describes what a step can detect and the traffic that this assumes', () => {
    const ruledOut = [
      { metric: 'http.errors', percent: 40, hours: 2 },
      { metric: 'purchase', percent: 100, hours: null },
    ];
    expect(describePower({ ...step, ruledOut })).toBe(
      'At your traffic (1,200 people an hour with the feature) this step can rule out http.errors +40 % in 2 h; it cannot tell for purchase.',
    );
  });

  it('makes no estimate without traffic or without gates', () => {
    const ruledOut = [{ metric: 'http.errors', percent: 40, hours: null }];
    expect(describePower({ ...step, unitsPerHour: 0, ruledOut })).toContain('No traffic');
    expect(describePower({ ...step, ruledOut: [] })).toBeUndefined();
    expect(describePower(undefined)).toBeUndefined();
  });
});

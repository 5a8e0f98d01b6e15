import { describe, expect, it } from 'vitest';
import { describeDays } from './describe-window.js';

describe('the days in the description of a window', () => {
  it('are joined into a range when they are consecutive', () => {
    expect(describeDays([5, 1, 2, 3, 4])).toBe('Mon–Fri');
    expect(describeDays([1, 3, 4, 7])).toBe('Mon, Wed–Thu, Sun');
    expect([null, [], [1, 2, 3, 4, 5, 6, 7]].map(describeDays)).toEqual(Array(3).fill('every day'));
  });
});

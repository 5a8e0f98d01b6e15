import { expect, test } from 'vitest';
import { BOUND_ALPHA, LN_HOLD, LN_PAUSE, LN_ROLLBACK } from './evidence.js';

test('the thresholds match the documentation: 2 holds, 20 pauses, 100 rolls back', () => {
  const lines = [LN_HOLD, LN_PAUSE, LN_ROLLBACK].map((line) => Math.exp(line));
  for (const [index, e] of [2, 20, 100].entries()) expect(lines[index]).toBeCloseTo(e, 9);
});

test('a harmless release violates a bound at most one time in twenty', () => {
  expect(BOUND_ALPHA).toBe(0.05);
});

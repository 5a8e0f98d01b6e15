import { BOTH_ARMS } from '../domain/metrics/tally.js';

/** The phase and the arm in which a unit was seen, packed into one number. */
export type Exposure = number;

export function toExposure(phase: number, armCode: number): Exposure {
  return phase * 4 + armCode;
}

export function phaseOf(exposure: Exposure): number {
  return Math.floor(exposure / 4);
}

export function armCodeOf(exposure: Exposure): number {
  return exposure % 4;
}

/**
 * The exposure that counts: the one in the lower phase, and `BOTH_ARMS` where a unit was seen in
 * both arms of one phase. The function is commutative, associative and idempotent, so the result
 * does not depend on the order, the grouping or the repetition of batches.
 */
export function firstExposure(one: Exposure, other: Exposure): Exposure {
  if (one === other) return one;
  const difference = phaseOf(one) - phaseOf(other);
  if (difference !== 0) return difference < 0 ? one : other;
  return toExposure(phaseOf(one), BOTH_ARMS);
}

import { BOTH_ARMS } from '../domain/metrics/tally.js';

/** In which phase and on which side somebody was seen, as one number. */
export type Sighting = number;

export function toSighting(phase: number, armCode: number): Sighting {
  return phase * 4 + armCode;
}

export function phaseOf(sighting: Sighting): number {
  return Math.floor(sighting / 4);
}

export function armCodeOf(sighting: Sighting): number {
  return sighting % 4;
}

/**
 * The sighting that counts: the lowest phase; of two sides within one phase neither. It does not
 * matter in which order, how often or in which groups sightings come.
 */
export function firstOf(one: Sighting, other: Sighting): Sighting {
  if (one === other) return one;
  const difference = phaseOf(one) - phaseOf(other);
  if (difference !== 0) return difference < 0 ? one : other;
  return toSighting(phaseOf(one), BOTH_ARMS);
}

import type { Arm } from '@sluice/sdk/core';

/** How the tables write an arm; people who were seen on both sides of one phase have a third. */
export const ARM_CODES: Readonly<Record<Arm, number>> = { control: 0, treatment: 1 };
export const BOTH_ARMS = 2;

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

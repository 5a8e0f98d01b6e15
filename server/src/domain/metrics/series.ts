import type { Arm } from '@sluice/sdk/core';
import { nameInTotals } from './tally.js';

/** The series that receives all counts beyond an environment's limit of series. */
export const OVERFLOW_SERIES = 'overflow';
/** Series of releases do not count toward the limit of series per environment. */
export const RELEASE_SERIES_PREFIX = 'release:';

/** Evaluations of a flag that returned one of its variants. */
export function flagSeries(flag: string, variant: string): string {
  return `flag:${flag}:${variant}`;
}

/** All events of one name. */
export function eventSeries(event: string): string {
  return `metric:${event}`;
}

export interface ReleaseSide {
  readonly releaseId: string;
  readonly phase: number;
  readonly arm: Arm;
}

/** Series of a metric in one arm of a release. */
export function releaseSeries({ releaseId, phase, arm }: ReleaseSide, metric: string): string {
  return `${RELEASE_SERIES_PREFIX}${releaseId}:${phase}:${arm}:${metric}`;
}

/** Exposures in one arm of a release; the sums of its points count new units. */
export function exposureSeries(side: ReleaseSide): string {
  return releaseSeries(side, nameInTotals({ tally: 'exposures', metric: '' }));
}

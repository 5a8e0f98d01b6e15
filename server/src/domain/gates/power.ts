import type { ComparedMetric } from '../metrics/metric.js';
import { BOUND_ALPHA } from './evidence.js';
import { oneSampleUpper } from './one-sample.js';
import { splitLower, splitUpper } from './split.js';

export interface PowerGate {
  readonly metric: string;
  readonly kind: ComparedMetric['kind'];
  readonly harmful: ComparedMetric['harmful'];
  readonly ruledOut: number;
  readonly floor: number | null;
  /** Share of users or requests with the event; null without data. */
  readonly rate: number | null;
  /** For means: the standard deviation over users divided by the mean. */
  readonly variation?: number | null;
}

export interface PowerInput {
  readonly steps: readonly {
    readonly percent: number;
    readonly minUnits: number;
    /** Floors do not count when this is `prove`. */
    readonly advance?: string;
  }[];
  readonly gates: readonly PowerGate[];
  /** Distinct users per hour that match the rule. */
  readonly unitsPerHour: number;
}

export interface StepPower {
  readonly step: number;
  readonly percent: number;
  /** Treatment users per hour. */
  readonly unitsPerHour: number;
  /** Per gate: hours until a degradation above `percent` is ruled out; null: not at this step. */
  readonly ruledOut: readonly {
    readonly metric: string;
    readonly percent: number;
    readonly hours: number | null;
  }[];
}

/** The planned times suffice in four of five releases of a feature that changes nothing. */
const CHANCE = 0.8;
const Z_OF_CHANCE = 0.8416;
/**
 * Squared standard errors of a fixed-sample test (6.18), times the cost of continuous testing
 * (2.2).
 */
const INFORMATION = 2.2 * 6.18;
const BUCKETED_PEOPLE_MIN = 100;
const BUCKETED_EVENTS_MIN = 10;
const PEOPLE_MAX = 1e12;

/** Estimates how long each step needs to be earned at this traffic, before the release starts. */
export function previewPower({ steps, gates, unitsPerHour }: PowerInput): readonly StepPower[] {
  return steps.map(({ percent, minUnits, advance }, step) => {
    const share = percent / 100;
    const perHour = unitsPerHour * share;
    return {
      ...{ step, percent, unitsPerHour: perHour },
      ruledOut: gates.map((gate) => {
        const asked = advance === 'prove' ? { ...gate, floor: null } : gate;
        const people = peopleNeeded(asked, share);
        const hours = people === null ? null : Math.max(people, minUnits) / perHour;
        const isReached = hours !== null && Number.isFinite(hours);
        const { metric, ruledOut } = gate;
        return { metric, percent: ruledOut * 100, hours: isReached ? hours : null };
      }),
    };
  });
}

/** Treatment users that a step needs for one gate, by its bound or by its floor. */
export function peopleNeeded(gate: PowerGate, share: number): number | null {
  const { rate } = gate;
  if (rate === null || share <= 0 || share > 0.95) return null;
  const byBound = boundPeople(gate, rate, share);
  const byFloor = floorPeople(gate, rate);
  const needed = [byBound, byFloor].filter((people) => people !== null);
  return needed.length === 0 ? null : Math.min(...needed);
}

/** Null for `ruledOut` of 0 or less: a feature that changes nothing never proves to be better. */
function boundPeople(gate: PowerGate, rate: number, share: number): number | null {
  if (gate.ruledOut <= 0) return null;
  return gate.kind === 'split' ? splitPeople(gate, rate, share) : bucketedPeople(gate, rate, share);
}

function splitPeople({ ruledOut, harmful }: PowerGate, rate: number, share: number) {
  if (rate <= 0) return null;
  const isRuledOut = (events: number) => {
    const usual = quantileOf(events, share, harmful === 'up' ? 1 : -1);
    const counts = [{ share, treatment: usual, control: Math.max(0, events - usual) }];
    if (harmful === 'up') return (splitUpper(counts, BOUND_ALPHA) ?? Infinity) < 1 + ruledOut;
    return (splitLower(counts, BOUND_ALPHA) ?? 0) > 1 / (1 + ruledOut);
  };
  const events = firstThat(isRuledOut);
  return events === null ? null : (events * share) / rate;
}

function bucketedPeople({ kind, ruledOut, variation }: PowerGate, rate: number, share: number) {
  const squared = kind === 'mean' ? (variation ?? 1) ** 2 : rate > 0 ? (1 - rate) / rate : null;
  if (squared === null) return null;
  const forReadiness = kind === 'mean' ? 0 : BUCKETED_EVENTS_MIN / rate;
  const forBound = (INFORMATION * squared) / ((1 - share) * ruledOut ** 2);
  return Math.max(BUCKETED_PEOPLE_MIN, forReadiness, forBound);
}

function floorPeople({ floor, kind, harmful }: PowerGate, rate: number): number | null {
  if (floor === null || rate >= floor || kind === 'mean' || harmful === 'down') return null;
  return firstThat((total) => {
    const bad = quantileOf(total, rate, 1);
    return oneSampleUpper({ bad, total }, BOUND_ALPHA) < floor;
  });
}

/** The unfavorable limit that `CHANCE` of all binomial draws stay within. */
function quantileOf(trials: number, chance: number, side: 1 | -1): number {
  const mean = trials * chance;
  const spread = Z_OF_CHANCE * Math.sqrt(mean * (1 - chance));
  if (mean > 50) return Math.max(0, mean + side * spread);
  const wanted = side === 1 ? CHANCE : 1 - CHANCE;
  let probability = Math.exp(trials * Math.log1p(-chance));
  let below = probability;
  let successes = 0;
  while (below < wanted && successes < trials) {
    successes++;
    probability *= ((trials - successes + 1) / successes) * (chance / (1 - chance));
    below += probability;
  }
  return successes;
}

/** The smallest sufficient count, accurate to 1 %. */
function firstThat(isEnough: (count: number) => boolean): number | null {
  let high = 1;
  while (!isEnough(high)) {
    high *= 2;
    if (high > PEOPLE_MAX) return null;
  }
  let low = high / 2;
  while (high - low > Math.max(1, high / 100)) {
    const middle = Math.round((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

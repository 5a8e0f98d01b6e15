import type { MetricDefinition } from '../../server/src/domain/metrics/metric.js';
import type { ReleasePlan } from '../../server/src/domain/releases/plan.js';
import type { GateInput, PlanInput } from '../../server/src/domain/releases/plan-input.js';
import { seededRandom } from '../support/seeded-random.js';
import type { Random } from './draw.js';
import type { Engine, RampResult } from './ramp.js';

/** One line of the table. */
export interface Row {
  readonly check: string;
  readonly ramps: number;
  readonly must: string;
  readonly measured: string;
  readonly reference: string;
  /** Null: shown for comparison, nothing is demanded of it. */
  readonly isMet: boolean | null;
}

export interface Session {
  readonly engine: Engine;
  readonly seed: number;
  /** 1 for the full run; less for fewer ramps, though never fewer than `rampsMin`. */
  readonly scale: number;
  readonly rampsMin: number;
}

export function rampsOf({ scale, rampsMin }: Session, full: number): number {
  return Math.max(rampsMin, Math.round(full * scale));
}

/** A check's own numbers: adding a check changes none of the others. */
export function randomFor({ seed }: Session, check: string): Random {
  let hash = seed >>> 0;
  for (const character of check) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return seededRandom(hash);
}

const COMPARED = { harmful: 'up', margin: 0, attribution: 'request' } as const;
const BUCKETED = { ...COMPARED, per: 'request', cap: null, thresholdMs: null } as const;

export const METRICS: Readonly<Record<string, MetricDefinition>> = {
  'http.errors': { kind: 'split', event: 'http.error', ...COMPARED },
  'http.error-rate': { kind: 'ratio', event: 'http.error', ...BUCKETED },
  mean: { kind: 'mean', event: 'http.request', ...BUCKETED },
  slow: { kind: 'slowShare', event: 'http.request', ...BUCKETED },
  slo: { kind: 'slo', bad: 'http.error', total: 'http.request', limit: 0.01 },
};

export const ERRORS: readonly GateInput[] = [{ metric: 'http.errors', action: 'rollback' }];
export const STEPS = [1, 5, 25, 50];
const TICK_SECONDS = 30;

export interface PlanShape {
  readonly gates?: readonly GateInput[];
  readonly percents?: readonly number[];
  /** Looks at each step but the last. */
  readonly looks?: number;
  readonly advance?: 'earned' | 'guard';
}

/** So many looks a step; steps on time and guard, so that what is measured is the test alone. */
export function planOf(engine: Engine, shape: PlanShape): ReleasePlan {
  const { gates = ERRORS, percents = STEPS, looks = 60, advance = 'guard' } = shape;
  const input: PlanInput = {
    gates,
    steps: [...percents, 100].map((percent) => ({
      ...{ percent, advance, minUnits: 0, minBakeSeconds: looks * TICK_SECONDS },
    })),
    ...{ tickSeconds: TICK_SECONDS, warmUpSeconds: 0, finalBakeSeconds: 0 },
  };
  return engine.completePlan(input);
}

export function shareOf(results: readonly RampResult[], is: (ramp: RampResult) => boolean): number {
  return results.filter(is).length / results.length;
}

export function wasStopped({ stopped, pauseReason }: RampResult): boolean {
  return stopped !== null && pauseReason !== 'srm';
}

export function wasRolledBack({ rolledBack }: RampResult): boolean {
  return rolledBack !== null;
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value === 0 || value >= 10 ? value.toFixed(0) : value.toPrecision(2)} %`;
}

/** The value that `share` of the numbers do not exceed; infinite where too few ramps have one. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Infinity;
}

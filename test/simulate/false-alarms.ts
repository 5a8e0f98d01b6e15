import type { Evaluation } from '../../server/src/domain/gates/evidence.js';
import { freshPeople, requestsAgainstLimit } from './fresh-people.js';
import { hasSampleRatioAlarm, pooledZ, stratifiedZ, ThresholdCheck, Z_ONE_SIDED } from './naive.js';
import { type Phase, type RampResult, runRamp, type World } from './ramp.js';
import {
  METRICS,
  percent,
  planOf,
  type PlanShape,
  type Row,
  rampsOf,
  randomFor,
  type Session,
  shareOf,
  wasRolledBack,
  wasStopped,
} from './tally.js';

export const LOOKS = 240;

/** Ramps of a feature that changes nothing, and what a watcher saw at their looks. */
export function harmlessRamps<Seen>(
  session: Session,
  options: {
    readonly count: number;
    readonly shape?: PlanShape;
    readonly metrics?: typeof METRICS;
    readonly looks?: number;
    readonly world: () => World;
    readonly watch?: () => Watcher<Seen>;
  },
): { readonly results: readonly RampResult[]; readonly seen: readonly Seen[] } {
  const { count, shape = {}, metrics = METRICS, looks = LOOKS, world, watch } = options;
  const plan = planOf(session.engine, shape);
  const results: RampResult[] = [];
  const seen: Seen[] = [];
  for (let ramp = 0; ramp < count; ramp++) {
    const watcher = watch?.();
    const onLook = watcher ? { onLook: watcher.look.bind(watcher) } : {};
    results.push(runRamp(session.engine, { plan, metrics, looksMax: looks, ...onLook }, world()));
    if (watcher) seen.push(watcher.seen);
  }
  return { results, seen };
}

export interface Watcher<Seen> {
  readonly seen: Seen;
  look(phases: readonly Phase[], evaluation: Evaluation, look: number): void;
}

interface Naive {
  pooled: boolean;
  stratified: boolean;
  pooledOnce: boolean;
  threshold: boolean;
  sampleRatio: boolean;
  sampleRatioNaive: boolean;
}

/** Compares beside the real test, on the same numbers: until the ramp is over. */
export function naiveWatcher(base = 0.01, metric = 'http.errors'): Watcher<Naive> {
  const seen: Naive = {
    ...{ pooled: false, stratified: false, pooledOnce: false, threshold: false },
    ...{ sampleRatio: false, sampleRatioNaive: false },
  };
  const threshold = new ThresholdCheck(2 * base, 5);
  return {
    seen,
    look(phases, { sampleRatio }) {
      const pooled = pooledZ(phases, metric) > Z_ONE_SIDED;
      seen.pooledOnce = pooled;
      seen.pooled ||= pooled;
      seen.stratified ||= stratifiedZ(phases, metric) > Z_ONE_SIDED;
      seen.threshold ||= threshold.look(phases, metric);
      seen.sampleRatio ||= sampleRatio.lnEMax >= Math.log(100);
      seen.sampleRatioNaive ||= hasSampleRatioAlarm(phases);
    },
  };
}

export function alarms(results: readonly RampResult[], reference: string, check: string): Row {
  const [paused, rolledBack] = [shareOf(results, wasStopped), shareOf(results, wasRolledBack)];
  return {
    ...{ check: `${check}: paused, rolled back`, ramps: results.length, must: '≤ 5 %, ≤ 1 %' },
    measured: `${percent(paused)}, ${percent(rolledBack)}`,
    reference,
    isMet: paused <= 0.05 && rolledBack <= 0.01,
  };
}

export function comparison(check: string, ramps: number, measured: string, reference = ''): Row {
  return { check, ramps, must: '–', measured, reference, isMet: null };
}

function ever<Seen>(seen: readonly Seen[], is: (one: Seen) => boolean): number {
  return seen.filter(is).length / seen.length;
}

export function checkHarmless(session: Session): readonly Row[] {
  const random = randomFor(session, 'P1');
  const { results, seen } = harmlessRamps(session, {
    count: rampsOf(session, 10_000),
    world: () => freshPeople({ random, people: 2000, base: () => 0.01 }),
    watch: () => naiveWatcher(),
  });
  const ramps = results.length;
  const [pooled, stratified] = [ever(seen, (s) => s.pooled), ever(seen, (s) => s.stratified)];
  const boundaries = results.reduce((sum, ramp) => sum + ramp.boundaries, 0);
  const held = results.reduce((sum, ramp) => sum + ramp.heldByEvidence, 0) / boundaries;
  const srm = ever(seen, (s) => s.sampleRatio);
  return [
    alarms(results, '1.6 %, 0.3 %', 'P1 harmless, 1 % errors, 240 looks'),
    {
      ...{ check: 'P1 naive z at every look: pooled, stratified', ramps, must: '> 40 %' },
      measured: `${percent(pooled)}, ${percent(stratified)}`,
      ...{ reference: '51 %, 50 %', isMet: pooled > 0.4 && stratified > 0.4 },
    },
    comparison(
      'P1 fixed threshold: twice the base rate in 5 looks',
      ramps,
      percent(ever(seen, (s) => s.threshold)),
    ),
    {
      ...{ check: 'P1 healthy step held by e ≥ 2 when its bake ends', ramps, must: '≤ 5 %' },
      ...{ measured: percent(held), reference: '1.1–1.6 %', isMet: held <= 0.05 },
    },
    {
      ...{ check: 'P7 sample ratio of healthy ramps: e ≥ 100', ramps, must: '≤ 1 %' },
      ...{ measured: percent(srm), reference: '0.39 %', isMet: srm <= 0.01 },
    },
    comparison(
      'P7 chi-square p < 0.001 at every look',
      ramps,
      percent(ever(seen, (s) => s.sampleRatioNaive)),
      '2.9 %',
    ),
  ];
}

const DRIFT = [0.01, 0.012, 0.016, 0.02];

export function checkDrift(session: Session): readonly Row[] {
  const random = randomFor(session, 'P2');
  const { results, seen } = harmlessRamps(session, {
    count: rampsOf(session, 2000),
    world: () => freshPeople({ random, people: 2000, base: (step) => DRIFT[step] ?? 0.02 }),
    watch: () => naiveWatcher(),
  });
  return [
    alarms(results, '1.3 %, 0.2 %', 'P2 error rate drifts from 1 to 2 %'),
    comparison(
      'P2 pooled z at one single look, the last',
      results.length,
      percent(ever(seen, (s) => s.pooledOnce)),
      '100 %',
    ),
  ];
}

export function checkRare(session: Session): readonly Row[] {
  const random = randomFor(session, 'P3');
  const { results, seen } = harmlessRamps(session, {
    count: rampsOf(session, 1000),
    world: () => freshPeople({ random, people: 20_000, base: () => 1e-4 }),
    watch: () => naiveWatcher(1e-4),
  });
  return [
    alarms(results, '1.9 %, 0.4 %', 'P3 rare errors, 1 in 10,000'),
    comparison(
      'P3 naive z at every look',
      results.length,
      percent(ever(seen, (s) => s.stratified)),
      '47 %',
    ),
  ];
}

export function checkTenMetrics(session: Session): readonly Row[] {
  const random = randomFor(session, 'P6');
  const keys = Array.from({ length: 10 }, (_, index) => `errors.${index}`);
  const errors = METRICS['http.errors'];
  const { results, seen } = harmlessRamps(session, {
    count: rampsOf(session, 1000),
    shape: { gates: keys.map((metric) => ({ metric, action: 'rollback' })) },
    metrics: Object.fromEntries(keys.map((key) => [key, errors])) as typeof METRICS,
    world: () => freshPeople({ random, people: 2000, base: () => 0.01, metrics: keys }),
    watch: () => ({
      seen: { any: false },
      look(_phases, { gates }) {
        this.seen.any ||= gates.some(({ lnE, isReady }) => isReady && lnE >= Math.log(20));
      },
    }),
  });
  return [
    alarms(results, '1.7 %, 0.3 %', 'P6 ten metrics'),
    comparison(
      'P6 any of ten at e ≥ 20, uncorrected',
      results.length,
      percent(ever(seen, (s) => s.any)),
      '16 %',
    ),
  ];
}

export function checkLimit(session: Session): readonly Row[] {
  const random = randomFor(session, 'P10');
  let minutes = new ThresholdCheck(0.01, 5);
  const fired: boolean[] = [];
  const { results } = harmlessRamps(session, {
    count: rampsOf(session, 2000),
    shape: { gates: [{ metric: 'slo', action: 'pause' }], percents: [1] },
    looks: 60,
    world: () => {
      minutes = new ThresholdCheck(0.01, 5);
      const onLook = (bad: number, total: number) => minutes.add(bad, total);
      return requestsAgainstLimit({ random, requests: 2000, bad: 0.005, onLook });
    },
    watch: () => ({
      seen: {},
      look: (_phases, _evaluation, look) => {
        if (look === 60) fired.push(minutes.hasFired);
      },
    }),
  });
  return [
    alarms(results, '0.03 %', 'P10 limit of 1 %, true 0.5 %, 20 requests a look'),
    comparison(
      'P10 a threshold each minute, 5 failures allowed',
      results.length,
      percent(ever(fired, Boolean)),
      '69 %',
    ),
  ];
}

import { formatDuration, formatInteger, formatNumber } from '../format.js';
import { evaluateGates } from '../gates/evaluate-gates.js';
import { type PinnedGates, type Latches, LN_PAUSE, LN_ROLLBACK } from '../gates/evidence.js';
import type { BucketSums, MetricTotals, PhaseTotals, ReleaseTotals } from '../gates/totals.js';

export interface DrillInput {
  readonly totals: ReleaseTotals;
  readonly pinned: PinnedGates;
  readonly latches: Latches;
  readonly step: number;
  readonly tickSeconds: number;
  /** Age of the current phase; its counts divided by this give the traffic. */
  readonly phaseSeconds: number;
  readonly metric: string;
  /** The number in treatment becomes this many times the number in control. */
  readonly factor: number;
}

export interface DrillOutcome {
  readonly stops: boolean;
  readonly action: 'rollback' | 'pause' | null;
  readonly afterSeconds: number | null;
  /** Users in treatment until the stop. */
  readonly people: number | null;
  readonly sentence: string;
}

const SECONDS_MAX = 7 * 86_400;
const TICKS_MAX = 400;
/** Later ticks are further apart, by at most this fraction of the elapsed time. */
const STRIDE = 0.02;

/**
 * Simulates future ticks with a regression in a copy of the numbers; the release does not change.
 */
export function drill(input: DrillInput): DrillOutcome {
  const { totals, pinned, metric, factor } = input;
  const phase = totals.phases.findLast(({ round, share }) => round === pinned.round && share > 0);
  const name = `${metric} at ${formatNumber(factor)}x`;
  if (phase === undefined || !hasControl(phase, metric)) {
    return outcome(null, `${name}: there is no number without the feature yet to make worse`);
  }
  const first = findStop(input, phase, ['rollback', 'pause']);
  if (first === null) {
    return outcome(
      null,
      `${name} would not be stopped within ${formatDuration(SECONDS_MAX * 1_000)}`,
    );
  }
  const { action, seconds, people } = first;
  const mayFollow = action === 'pause' && isRollbackGate(input);
  const last = mayFollow ? findStop(input, phase, ['rollback']) : null;
  const then = last === null ? '' : `, and roll back after ${formatDuration(last.seconds * 1_000)}`;
  const would = action === 'rollback' ? 'roll back' : 'pause';
  const when = `${formatDuration(seconds * 1_000)} and ${formatInteger(people)} people with it`;
  const sentence = `${name} would ${would} after ${when}${then}`;
  return { ...outcome(action, sentence), afterSeconds: seconds, people };
}

type StopAction = 'rollback' | 'pause';

interface Stop {
  readonly action: StopAction;
  readonly seconds: number;
  /** Users in treatment until the stop. */
  readonly people: number;
}

/** The first tick whose verdict is one of the wanted actions. */
function findStop(
  input: DrillInput,
  phase: PhaseTotals,
  wanted: readonly StopAction[],
): Stop | null {
  const { totals, tickSeconds, phaseSeconds } = input;
  let seconds = 0;
  for (let tick = 0; tick < TICKS_MAX && seconds < SECONDS_MAX; tick += 1) {
    seconds += Math.max(1, Math.floor((seconds * STRIDE) / tickSeconds)) * tickSeconds;
    const worse = worsened(phase, input, seconds / Math.max(1, phaseSeconds));
    const phases = totals.phases.map((it) => (it === phase ? worse : it));
    const action = verdictOf({ ...totals, phases }, input);
    if (action === null || !wanted.includes(action)) continue;
    const added = worse.units.treatment - phase.units.treatment;
    return { action, seconds, people: Math.round(added / totals.sample) };
  }
  return null;
}

function isRollbackGate({ pinned, metric }: DrillInput): boolean {
  return [...pinned.compared, ...pinned.limits].some(
    (gate) => gate.metric === metric && gate.action === 'rollback',
  );
}

function outcome(action: DrillOutcome['action'], sentence: string): DrillOutcome {
  return { stops: action !== null, action, afterSeconds: null, people: null, sentence };
}

function verdictOf(totals: ReleaseTotals, { pinned, latches, step }: DrillInput) {
  const { rollback, pause, limits } = evaluateGates(totals, pinned, latches, { step });
  const isLimit = (action: string, line: number) =>
    limits.some((limit) => limit.action === action && limit.lnEMax >= line);
  if (rollback.lnEMax >= LN_ROLLBACK || isLimit('rollback', LN_ROLLBACK)) return 'rollback';
  if (pause.lnEMax >= LN_PAUSE || isLimit('pause', LN_PAUSE)) return 'pause';
  return null;
}

function hasControl(phase: PhaseTotals, metric: string): boolean {
  const { firsts, buckets, slo } = phase.metrics[metric] ?? {};
  return (firsts?.control ?? 0) > 0 || sumOf(buckets?.control.s) > 0 || (slo?.bad ?? 0) > 0;
}

/** The phase after `times` its current duration more, with the metric worse in treatment. */
function worsened(phase: PhaseTotals, { metric, factor }: DrillInput, times: number): PhaseTotals {
  const grown = <T extends { readonly treatment: number; readonly control: number }>(
    counts: T,
  ) => ({
    treatment: Math.round(counts.treatment * (1 + times)),
    control: Math.round(counts.control * (1 + times)),
  });
  const metrics = Object.fromEntries(
    Object.entries(phase.metrics).map(([key, totals]) => {
      const growth = key === metric ? { times, factor } : { times, factor: 1 };
      return [key, grownMetric(totals, phase, growth)];
    }),
  );
  const { units, firstUnits, exposures } = phase;
  return {
    ...phase,
    ...{ units: grown(units), firstUnits: grown(firstUnits), exposures: grown(exposures), metrics },
  };
}

interface Growth {
  readonly times: number;
  readonly factor: number;
}

/** Future events have the rate of control in both arms, multiplied by `factor` in treatment. */
function grownMetric(totals: MetricTotals, { units }: PhaseTotals, { times, factor }: Growth) {
  const split = (firsts: NonNullable<MetricTotals['firsts']>) => {
    const rate = units.control === 0 ? 0 : firsts.control / units.control;
    return {
      treatment: Math.round(firsts.treatment + rate * units.treatment * times * factor),
      control: Math.round(firsts.control * (1 + times)),
    };
  };
  const { firsts, firstsAll, buckets, slo } = totals;
  return {
    ...(firsts && { firsts: split(firsts) }),
    ...(firstsAll && { firstsAll: split(firstsAll) }),
    ...(buckets && {
      buckets: {
        treatment: grownBuckets(buckets.treatment, {
          times,
          rate: rateOf(buckets.control) * factor,
        }),
        control: grownBuckets(buckets.control, { times, rate: rateOf(buckets.control) }),
      },
    }),
    ...(slo && {
      slo: {
        bad: Math.round(slo.bad * (1 + times * factor)),
        total: Math.round(slo.total * (1 + times)),
      },
    }),
  };
}

function grownBuckets(
  { s, n }: BucketSums,
  { times, rate }: { readonly times: number; readonly rate: number },
): BucketSums {
  return {
    s: s.map((sum, bucket) => sum + (n[bucket] ?? 0) * times * rate),
    n: n.map((count) => count * (1 + times)),
  };
}

function rateOf({ s, n }: BucketSums): number {
  const of = sumOf(n);
  return of === 0 ? 0 : sumOf(s) / of;
}

function sumOf(values: readonly number[] = []): number {
  return values.reduce((sum, value) => sum + value, 0);
}

import type { FieldError } from '@sluice/sdk/protocol';
import { isComparativeShare } from '../gates/choose-phases.js';
import { isCompared, type MetricDefinition } from '../metrics/metric.js';
import { GATES_MAX, type GatePlan, type ReleasePlan, STEPS_MAX, type StepPlan } from './plan.js';

/** Keys that a plan may refer to. */
export interface KnownToPlan {
  readonly metrics: Readonly<Record<string, MetricDefinition>>;
  readonly segments: readonly string[];
  readonly windows: readonly string[];
}

const DAY_SECONDS = 86_400;
const BAKE_SECONDS_MAX = 90 * DAY_SECONDS;
const UNITS_MAX = 1e9;
const HOLDBACK_MAX = 50;

/** All validation issues of a plan, by JSON pointer, with the expected value. */
export function problemsOfPlan(plan: ReleasePlan, known: KnownToPlan): readonly FieldError[] {
  return [
    ...problemsOfSteps(plan, known),
    ...problemsOfGates(plan, known),
    ...problemsOfTimes(plan),
    ...plan.windows.flatMap((key, index) =>
      unless(
        known.windows.includes(key),
        `/windows/${index}`,
        `no window "${key}" in this project`,
      ),
    ),
  ];
}

function problemsOfSteps(plan: ReleasePlan, known: KnownToPlan): readonly FieldError[] {
  const { steps, holdback } = plan;
  const isCountOk = steps.length >= 1 && steps.length <= STEPS_MAX;
  const highest = 100 - holdback;
  const last = steps.length - 1;
  return [
    ...unless(
      isWithin(holdback, 0, HOLDBACK_MAX),
      '/holdback',
      `expected a percentage from 0 to ${HOLDBACK_MAX}, got ${holdback}`,
    ),
    ...unless(isCountOk, '/steps', `expected 1 to ${STEPS_MAX} steps, got ${steps.length}`),
    ...steps.flatMap((step, index) => [
      ...problemsOfPercent(step, `/steps/${index}/percent`, highest),
      ...problemsOfOrder(steps, index),
      ...problemsOfStep(step, `/steps/${index}`, known),
      ...(index < last ? problemsOfEarning(plan, step, `/steps/${index}`, known) : []),
    ]),
    ...unless(
      steps[last]?.audience == null,
      `/steps/${last}/audience`,
      'the last step is for everybody that the rule is for: expected null',
    ),
  ];
}

function problemsOfPercent(step: StepPlan, pointer: string, highest: number): FieldError[] {
  const { percent } = step;
  const thousandths = Math.round(percent * 1000);
  const isGrain = Math.abs(percent * 1000 - thousandths) < 1e-6;
  if (!isWithin(percent, 0.001, 100) || !isGrain) {
    return [
      { pointer, message: `expected 0.001 to 100 with at most three decimals, got ${percent}` },
    ];
  }
  const isBelow = step.audience !== null || percent <= highest;
  return unless(isBelow, pointer, `expected at most ${highest}: the holdback stays out`);
}

/** Percentages rise among steps for the same audience; another audience starts again at any. */
function problemsOfOrder(steps: readonly StepPlan[], index: number): FieldError[] {
  const [before, step] = [steps[index - 1], steps[index]];
  if (!before || !step || before.audience !== step.audience) return [];
  return unless(
    step.percent > before.percent,
    `/steps/${index}/percent`,
    `expected more than the ${before.percent} of the step before, got ${step.percent}`,
  );
}

function problemsOfStep(step: StepPlan, pointer: string, known: KnownToPlan): FieldError[] {
  const { minBakeSeconds, minUnits, audience } = step;
  return [
    ...wholeWithin(minBakeSeconds, `${pointer}/minBakeSeconds`, 0, BAKE_SECONDS_MAX),
    ...wholeWithin(minUnits, `${pointer}/minUnits`, 0, UNITS_MAX),
    ...unless(
      audience === null || known.segments.includes(audience),
      `${pointer}/audience`,
      `no segment "${audience}" in this project`,
    ),
  ];
}

/** A step that no gate can earn would hold forever, and "earned" without a gate would be false. */
function problemsOfEarning(
  plan: ReleasePlan,
  step: StepPlan,
  pointer: string,
  { metrics }: KnownToPlan,
): FieldError[] {
  if (step.advance === 'guard') return [];
  const isProof = step.advance === 'prove';
  const hasJudge = plan.gates.some(({ action, metric }) => {
    const definition = metrics[metric];
    const isJudge = action === 'rollback' || (isProof && action === 'pause');
    return isJudge && definition !== undefined && isCompared(definition);
  });
  return [
    ...unless(
      hasJudge,
      `${pointer}/advance`,
      isProof
        ? 'a proven step needs a compared metric that may pause or roll back: add one'
        : 'an earned step needs a compared metric with action "rollback": add one, or say "guard"',
    ),
    ...unless(
      isComparativeShare(step.percent / 100),
      `${pointer}/advance`,
      'above 95 % nobody is left to compare with: expected "guard"',
    ),
    ...unless(
      step.minBakeSeconds >= plan.warmUpSeconds,
      `${pointer}/minBakeSeconds`,
      `expected at least the warm-up of ${plan.warmUpSeconds} seconds, which does not count`,
    ),
  ];
}

function problemsOfGates({ gates, steps }: ReleasePlan, known: KnownToPlan): readonly FieldError[] {
  const mayWantBetter = steps.slice(0, -1).every(({ advance }) => advance !== 'earned');
  return [
    ...unless(
      gates.length <= GATES_MAX,
      '/gates',
      `expected at most ${GATES_MAX} gates, got ${gates.length}`,
    ),
    ...gates.flatMap((gate, index) => {
      const pointer = `/gates/${index}`;
      const isFirst = gates.findIndex(({ metric }) => metric === gate.metric) === index;
      return [
        ...unless(isFirst, `${pointer}/metric`, `"${gate.metric}" has a gate already`),
        ...problemsOfGate(gate, pointer, known.metrics),
        ...problemsOfProof(gate, pointer, known.metrics, mayWantBetter),
      ];
    }),
  ];
}

function problemsOfGate(
  gate: GatePlan,
  pointer: string,
  metrics: KnownToPlan['metrics'],
): FieldError[] {
  const definition = Object.hasOwn(metrics, gate.metric) ? metrics[gate.metric] : undefined;
  if (!definition) {
    const message = `no metric "${gate.metric}" in this project`;
    return [{ pointer: `${pointer}/metric`, message }];
  }
  const { weight, floor, maturesAfterSeconds } = gate;
  return [
    ...unless(
      weight > 0 && weight <= 1e6,
      `${pointer}/weight`,
      `expected a number above 0 and at most 1000000, got ${weight}`,
    ),
    ...unless(
      gate.margin === null || isWithin(gate.margin, 0, 100),
      `${pointer}/margin`,
      `expected 0 to 100 (0.05 is 5 %) or null, got ${gate.margin}`,
    ),
    ...unless(
      floor === null || (floor > 0 && floor < 1),
      `${pointer}/floor`,
      `expected a share above 0 and below 1, or null, got ${floor}`,
    ),
    ...wholeWithin(maturesAfterSeconds, `${pointer}/maturesAfterSeconds`, 0, BAKE_SECONDS_MAX),
    ...unless(
      !(maturesAfterSeconds > 0) || isCompared(definition),
      `${pointer}/maturesAfterSeconds`,
      `only what is compared matures later: expected 0, got ${maturesAfterSeconds}`,
    ),
  ];
}

/** Only a plan with `prove` at every step may require that the feature is better than control. */
function problemsOfProof(
  { metric, margin: own, ruledOut }: GatePlan,
  pointer: string,
  metrics: KnownToPlan['metrics'],
  mayWantBetter: boolean,
): FieldError[] {
  const definition = Object.hasOwn(metrics, metric) ? metrics[metric] : undefined;
  if (!definition) return [];
  const margin = own ?? (isCompared(definition) ? definition.margin : 0);
  const least = mayWantBetter ? -1 : margin;
  const what = mayWantBetter ? '-1' : `the margin of ${margin}`;
  return unless(
    ruledOut > least && ruledOut <= 1000,
    `${pointer}/ruledOut`,
    `expected more than ${what} and at most 1000 (1 is +100 %), got ${ruledOut}`,
  );
}

function problemsOfTimes(plan: ReleasePlan): readonly FieldError[] {
  const { startAt } = plan;
  return [
    ...wholeWithin(plan.finalBakeSeconds, '/finalBakeSeconds', 0, BAKE_SECONDS_MAX),
    ...wholeWithin(plan.warmUpSeconds, '/warmUpSeconds', 0, 3600),
    ...wholeWithin(plan.tickSeconds, '/tickSeconds', 1, 60),
    ...wholeWithin(plan.maxLagSeconds, '/maxLagSeconds', 10, DAY_SECONDS),
    ...unless(
      startAt === null || Number.isFinite(Date.parse(startAt)),
      '/startAt',
      `expected a date and time like 2026-01-31T09:00:00Z, or null, got "${startAt}"`,
    ),
  ];
}

function wholeWithin(value: number, pointer: string, from: number, to: number): FieldError[] {
  const isGood = Number.isInteger(value) && isWithin(value, from, to);
  return unless(isGood, pointer, `expected a whole number from ${from} to ${to}, got ${value}`);
}

function isWithin(value: number, from: number, to: number): boolean {
  return value >= from && value <= to;
}

function unless(isGood: boolean, pointer: string, message: string): FieldError[] {
  return isGood ? [] : [{ pointer, message }];
}

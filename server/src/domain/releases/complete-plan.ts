import type { GatePlan, ReleasePlan, StepPlan } from './plan.js';
import type { GateInput, PlanInput, StepInput } from './plan-input.js';
import { PLAN_TEMPLATES } from './plan-templates.js';

const DEFAULT_TEMPLATE = 'standard';
const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Default minimum bake of a step, by the highest percentage that it applies to. */
const BAKES: readonly (readonly [percent: number, seconds: number])[] = [
  [1, 30 * MINUTE],
  [5, HOUR],
  [25, 4 * HOUR],
  [100, 12 * HOUR],
];

const DEFAULTS: Omit<ReleasePlan, 'steps' | 'gates'> = {
  rollbackTo: 'zero',
  holdback: 0,
  finalBakeSeconds: 24 * HOUR,
  warmUpSeconds: 60,
  tickSeconds: 30,
  maxLagSeconds: 180,
  restartBakeOnDeploy: true,
  windows: [],
  startAt: null,
  startApproval: false,
  template: null,
};

/**
 * Completes the input from its template (`base`, or the built-in template that it names), then from
 * the defaults. Does not validate.
 */
export function completePlan(input: PlanInput, base: PlanInput = templateOf(input)): ReleasePlan {
  const given = Object.fromEntries(
    Object.entries({ ...base, ...input }).filter(([, value]) => value !== undefined),
  ) as PlanInput;
  const { steps = [], gates = [], ...rest } = given;
  const { holdback } = { ...DEFAULTS, ...rest };
  return {
    ...DEFAULTS,
    ...rest,
    steps: (input.steps === undefined ? endBelow(steps, holdback) : steps).map(completeStep),
    gates: gates.map(completeGate),
  };
}

function templateOf({ template }: PlanInput): PlanInput {
  const key = template ?? DEFAULT_TEMPLATE;
  return PLAN_TEMPLATES.find((other) => other.key === key)?.plan ?? {};
}

/** Ends the steps of a template at 100 % minus the holdback. */
function endBelow(steps: readonly StepInput[], holdback: number): readonly StepInput[] {
  return steps.map((step, index) =>
    index === steps.length - 1
      ? { ...step, percent: Math.min(step.percent, 100 - holdback) }
      : step,
  );
}

function completeStep(step: StepInput, index: number, steps: readonly StepInput[]): StepPlan {
  const isLast = index === steps.length - 1;
  const bake = BAKES.find(([percent]) => step.percent <= percent)?.[1] ?? 0;
  return {
    minBakeSeconds: isLast ? 0 : bake,
    minUnits: 100,
    advance: 'earned',
    approval: false,
    audience: null,
    ...step,
  };
}

function completeGate(gate: GateInput): GatePlan {
  const usual = { weight: 1, margin: null, ruledOut: 1, floor: 0.005, maturesAfterSeconds: 0 };
  return { ...usual, ...gate };
}

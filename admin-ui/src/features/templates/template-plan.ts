import type { PlanInput } from '../../api/types.js';
import type { DraftPlan } from '../release-planner/plan-draft.svelte.js';

/** Defaults for the fields that a template omits: shown in the form and stored with it. */
const USUAL: DraftPlan = {
  steps: [],
  gates: [],
  rollbackTo: 'zero',
  holdback: 0,
  finalBakeSeconds: 86_400,
  warmUpSeconds: 60,
  tickSeconds: 30,
  maxLagSeconds: 180,
  restartBakeOnDeploy: true,
  windows: [],
  startAt: null,
  startApproval: false,
  template: null,
};

const STEP = {
  minBakeSeconds: 0,
  minUnits: 100,
  advance: 'earned',
  approval: false,
  audience: null,
} as const;
const GATE = {
  weight: 1,
  margin: null,
  ruledOut: 1,
  floor: 0.005,
  maturesAfterSeconds: 0,
} as const;

/** The plan of a template as the form edits it: complete and writable. */
export function draftTemplatePlan(plan: PlanInput = {}): DraftPlan {
  return structuredClone({
    ...USUAL,
    ...plan,
    steps: (plan.steps ?? []).map((step) => ({ ...STEP, ...step })),
    gates: (plan.gates ?? []).map((gate) => ({ ...GATE, ...gate })),
  }) as DraftPlan;
}

/** The plan without the start time, which each release sets itself. */
export function templatePlan({ startAt: _, template: __, ...plan }: DraftPlan): PlanInput {
  return plan;
}

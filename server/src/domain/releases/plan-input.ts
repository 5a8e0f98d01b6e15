import type { GatePlan, ReleasePlan, StepPlan } from './plan.js';

export type StepInput = Pick<StepPlan, 'percent'> & Partial<Omit<StepPlan, 'percent'>>;
export type GateInput = Pick<GatePlan, 'metric' | 'action'> &
  Partial<Omit<GatePlan, 'metric' | 'action'>>;

/** A plan as users write it; absent fields get defaults. */
export interface PlanInput extends Partial<Omit<ReleasePlan, 'steps' | 'gates'>> {
  readonly steps?: readonly StepInput[];
  readonly gates?: readonly GateInput[];
}

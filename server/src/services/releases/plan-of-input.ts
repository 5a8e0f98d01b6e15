import type { FieldError } from '@sluice/sdk/protocol';
import type { Grant } from '../../domain/grant.js';
import { completePlan } from '../../domain/releases/complete-plan.js';
import type { ReleasePlan } from '../../domain/releases/plan.js';
import type { PlanInput } from '../../domain/releases/plan-input.js';
import { PLAN_TEMPLATES } from '../../domain/releases/plan-templates.js';
import { problemsOfPlan } from '../../domain/releases/problems-of-plan.js';
import type { Db, Tx } from '../../store/db.js';
import { readDefinitions } from '../../store/read-models/release-definitions.js';
import { listSegments } from '../../store/segment-store.js';
import { findTemplatePlan } from '../../store/release-store.js';
import { listWindowRules } from '../../store/window-store.js';

export interface JudgedPlan {
  readonly plan: ReleasePlan;
  /** Pointers start with `/plan`. */
  readonly problems: readonly FieldError[];
}

/** Completes a plan from its template, and lists its validation issues. */
export async function planOfInput(
  db: Db | Tx,
  grant: Grant,
  input: PlanInput,
): Promise<JudgedPlan> {
  const { template = null } = input;
  const stored = template === null ? undefined : await findTemplatePlan(db, grant, template);
  const isKnown = template === null || PLAN_TEMPLATES.some(({ key }) => key === template);
  const plan = completePlan(input, ...(stored === undefined ? [] : ([stored] as const)));
  const known = {
    metrics: await readDefinitions(db, grant.projectId),
    segments: (await listSegments(db, grant)).map(({ key }) => key),
    windows: (await listWindowRules(db, grant.projectId)).map(({ key }) => key),
  };
  const problems = [
    ...(isKnown || stored !== undefined
      ? []
      : [{ pointer: '/template', message: `no template "${template}" in this project` }]),
    ...problemsOfPlan(plan, known),
  ];
  return {
    plan,
    problems: problems.map((problem) => ({ ...problem, pointer: `/plan${problem.pointer}` })),
  };
}

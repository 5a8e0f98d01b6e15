import type { Grant } from '../../domain/grant.js';
import { assertValid } from '../../domain/refusals.js';
import type { ReleasePlan } from '../../domain/releases/plan.js';
import type { PlanInput } from '../../domain/releases/plan-input.js';
import type { Tx } from '../../store/db.js';
import { planOfInput } from '../releases/plan-of-input.js';

/** The whole plan, once nothing is wrong with it: a template never starts anything by itself. */
export async function checkTemplatePlan(
  tx: Tx,
  grant: Grant,
  input: PlanInput,
): Promise<ReleasePlan> {
  const { plan, problems } = await planOfInput(tx, grant, input);
  const startAt = { pointer: '/plan/startAt', message: 'must be absent: each release has its own' };
  assertValid([...problems, ...(plan.startAt === null ? [] : [startAt])]);
  return { ...plan, template: null };
}

import type { Grant } from '../../domain/grant.js';
import { assertValid, conflict } from '../../domain/refusals.js';
import type { ReleasePlan } from '../../domain/releases/plan.js';
import type { PlanInput } from '../../domain/releases/plan-input.js';
import { PLAN_TEMPLATES } from '../../domain/releases/plan-templates.js';
import type { Tx } from '../../store/db.js';
import { type TemplateView, templateStore } from '../../store/template-store.js';
import { createItem, deleteItem, updateItem } from '../collection-verbs.js';
import type { Ctx } from '../context.js';
import { planOfInput } from '../releases/plan-of-input.js';

export const { get: getTemplate, page: pageOfTemplates } = templateStore;

export interface CreateTemplate {
  readonly key: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** The template that it names supplies what it leaves out. */
  readonly plan: PlanInput;
}

export async function createTemplate(
  ctx: Ctx,
  grant: Grant<'template:write'>,
  { key, name = key, description = '', plan }: CreateTemplate,
): Promise<TemplateView> {
  assertNotBuiltIn(key);
  return createItem(ctx, grant, templateStore, {
    key,
    fields: async (tx) => ({ name, description, plan: await toPlan(tx, grant, plan) }),
  });
}

export interface UpdateTemplate {
  readonly key: string;
  /** The version that the editor saw. */
  readonly version: number;
  readonly name: string;
  readonly description: string;
  readonly plan: PlanInput;
}

/** Releases keep the plan that they started with. */
export async function updateTemplate(
  ctx: Ctx,
  grant: Grant<'template:write'>,
  { key, version, name, description, plan }: UpdateTemplate,
): Promise<TemplateView> {
  assertNotBuiltIn(key);
  return updateItem(ctx, grant, templateStore, {
    key,
    version,
    fields: async (tx) => ({ name, description, plan: await toPlan(tx, grant, plan) }),
  });
}

/** Releases keep the plan that they started with, so no release prevents the deletion. */
export async function deleteTemplate(
  ctx: Ctx,
  grant: Grant<'template:write'>,
  { key }: { readonly key: string },
): Promise<void> {
  assertNotBuiltIn(key);
  await deleteItem(ctx, grant, templateStore, { key });
}

/** Built-in templates are the same in every project, so a project must use other keys. */
function assertNotBuiltIn(key: string): void {
  const isBuiltIn = PLAN_TEMPLATES.some((one) => one.key.toLowerCase() === key.toLowerCase());
  if (isBuiltIn) throw conflict(`template "${key}" is built in: make one of your own instead`);
}

/** The complete plan, once it is valid. A template has no start time, since releases have their own. */
async function toPlan(tx: Tx, grant: Grant, input: PlanInput): Promise<ReleasePlan> {
  const { plan, problems } = await planOfInput(tx, grant, input);
  const startAt = { pointer: '/plan/startAt', message: 'must be absent: each release has its own' };
  assertValid([...problems, ...(plan.startAt === null ? [] : [startAt])]);
  return { ...plan, template: null };
}

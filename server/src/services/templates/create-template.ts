import { ulid } from 'ulid';
import type { Grant } from '../../domain/grant.js';
import type { PlanInput } from '../../domain/releases/plan-input.js';
import { readTemplate, type TemplateView } from '../../store/read-models/template-view.js';
import { insertTemplate } from '../../store/template-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { assertNotBuiltIn } from './assert-not-built-in.js';
import { checkTemplatePlan } from './check-template-plan.js';

export interface CreateTemplate {
  readonly key: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** What it leaves out comes from the template that it names. */
  readonly plan: PlanInput;
}

export async function createTemplate(
  ctx: Ctx,
  grant: Grant<'template:write'>,
  input: CreateTemplate,
): Promise<TemplateView> {
  const { key, name = key, description = '' } = input;
  assertNotBuiltIn(key);
  return inTransaction(ctx, async (tx) => {
    const plan = await checkTemplatePlan(tx, grant, input.plan);
    await insertTemplate(tx, grant, { id: ulid(), key, name, description, plan });
    const after = await readTemplate(tx, grant, key);
    await recordChange(tx, ctx, grant, {
      action: 'template.create',
      target: { type: 'template', key },
      before: null,
      after,
    });
    return after;
  });
}

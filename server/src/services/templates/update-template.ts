import { isSame } from '../../domain/changed-fields.js';
import type { Grant } from '../../domain/grant.js';
import { versionStale } from '../../domain/refusals.js';
import type { PlanInput } from '../../domain/releases/plan-input.js';
import { readTemplate, type TemplateView } from '../../store/read-models/template-view.js';
import { lockTemplate, saveTemplate } from '../../store/template-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { assertNotBuiltIn } from './assert-not-built-in.js';
import { checkTemplatePlan } from './check-template-plan.js';

export interface UpdateTemplate {
  readonly key: string;
  /** The version that the editor saw. */
  readonly version: number;
  readonly name: string;
  readonly description: string;
  readonly plan: PlanInput;
}

/** Releases keep the plan that they began with. */
export async function updateTemplate(
  ctx: Ctx,
  grant: Grant<'template:write'>,
  input: UpdateTemplate,
): Promise<TemplateView> {
  const { key, version, name, description } = input;
  assertNotBuiltIn(key);
  return inTransaction(ctx, async (tx) => {
    const row = await lockTemplate(tx, grant, key);
    const before = await readTemplate(tx, grant, key);
    if (row.version !== version) throw versionStale('template', key, version, before);
    const change = { name, description, plan: await checkTemplatePlan(tx, grant, input.plan) };
    if (isSame({ ...before, ...change }, before)) return before;
    await saveTemplate(tx, grant, key, change);
    const after = await readTemplate(tx, grant, key);
    await recordChange(tx, ctx, grant, {
      action: 'template.update',
      target: { type: 'template', key },
      before,
      after,
    });
    return after;
  });
}

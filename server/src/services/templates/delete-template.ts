import type { Grant } from '../../domain/grant.js';
import { readTemplate } from '../../store/read-models/template-view.js';
import { deleteTemplateRow, lockTemplate } from '../../store/template-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { assertNotBuiltIn } from './assert-not-built-in.js';

/** Nothing relies on it: releases keep the plan that they began with. */
export async function deleteTemplate(
  ctx: Ctx,
  grant: Grant<'template:write'>,
  input: { readonly key: string },
): Promise<void> {
  const { key } = input;
  assertNotBuiltIn(key);
  await inTransaction(ctx, async (tx) => {
    await lockTemplate(tx, grant, key);
    const before = await readTemplate(tx, grant, key);
    await deleteTemplateRow(tx, grant, key);
    await recordChange(tx, ctx, grant, {
      action: 'template.delete',
      target: { type: 'template', key },
      before,
      after: null,
    });
  });
}

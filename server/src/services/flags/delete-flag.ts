import type { Grant } from '../../domain/grant.js';
import { conflict } from '../../domain/refusals.js';
import { deleteFlagRow, lockFlag } from '../../store/flag-store.js';
import { lockProject } from '../../store/project-store.js';
import { readFlag } from '../../store/read-models/flag-view.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';

/** Deletes an archived flag. No ruleset contains it any more, so no ruleset changes. */
export async function deleteFlag(
  ctx: Ctx,
  grant: Grant<'flag:write'>,
  input: { readonly key: string },
): Promise<void> {
  const { key } = input;
  await inTransaction(ctx, async (tx) => {
    await lockProject(tx, grant);
    const row = await lockFlag(tx, grant, key);
    if (!row.archivedAt) throw conflict(`flag "${key}" must be archived before it is deleted`);
    const before = await readFlag(tx, grant, key);
    await deleteFlagRow(tx, grant, key);
    await recordChange(tx, ctx, grant, {
      action: 'flag.delete',
      target: { type: 'flag', key },
      before,
      after: null,
    });
  });
}

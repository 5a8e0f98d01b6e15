import type { Grant } from '../../domain/grant.js';
import { lockConfigsOfFlag } from '../../store/flag-config-store.js';
import { lockFlag, saveArchived } from '../../store/flag-store.js';
import { lockProject } from '../../store/project-store.js';
import { type FlagView, readFlag } from '../../store/read-models/flag-view.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { assertMayReturn } from '../rulesets/assert-config-valid.js';
import { assertFlagCountFits, assertRulesetFits } from '../rulesets/assert-ruleset-fits.js';

/**
 * Restores the flag as it was. Its parents, segments and variants still exist, since they could not
 * be deleted while the archived flag named them.
 */
export async function unarchiveFlag(
  ctx: Ctx,
  grant: Grant<'flag:write'>,
  input: { readonly key: string },
): Promise<FlagView> {
  const { key } = input;
  return inTransaction(ctx, async (tx) => {
    await lockProject(tx, grant);
    const row = await lockFlag(tx, grant, key);
    const before = await readFlag(tx, grant, key);
    if (!row.archivedAt) return before;
    await saveArchived(tx, grant, key, false);
    await assertFlagCountFits(tx, grant);
    const configs = await lockConfigsOfFlag(tx, grant, row.id);
    for (const config of configs) await assertMayReturn(tx, grant, row, config);
    const revises = configs.map((config) => config.environmentId);
    await assertRulesetFits(tx, grant, revises);
    const after = await readFlag(tx, grant, key);
    await recordChange(tx, ctx, grant, {
      action: 'flag.unarchive',
      target: { type: 'flag', key },
      before,
      after,
      revises,
      touched: { flagKeys: [key] },
    });
    return after;
  });
}

import type { FieldError } from '@sluice/sdk/protocol';
import { isSame } from '../../domain/changed-fields.js';
import { warningsOfConfig } from '../../domain/flag-warnings.js';
import type { EnvironmentGrant } from '../../domain/grant.js';
import { conflict, versionStale } from '../../domain/refusals.js';
import {
  type FlagConfigChange,
  type FlagConfigRow,
  lockFlagConfig,
  saveFlagConfig,
} from '../../store/flag-config-store.js';
import { findFlag } from '../../store/flag-store.js';
import { lockProject } from '../../store/project-store.js';
import {
  type FlagConfigView,
  readFlagConfig,
  toFlagConfigView,
} from '../../store/read-models/flag-config-view.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { assertConfigValid } from './assert-config-valid.js';
import { assertRulesetFits } from './assert-ruleset-fits.js';

export interface UpdateFlagConfig extends FlagConfigChange {
  readonly flag: string;
  /** The version that the editor saw. */
  readonly version: number;
}

/** What was saved, and what is allowed but probably not meant. */
export type SavedFlagConfig = FlagConfigView & { readonly warnings: readonly FieldError[] };

export async function updateFlagConfig(
  ctx: Ctx,
  grant: EnvironmentGrant<'flag:write'>,
  input: UpdateFlagConfig,
): Promise<SavedFlagConfig> {
  const { flag: key, version, ...change } = input;
  return inTransaction(ctx, async (tx) => {
    await lockProject(tx, grant);
    const flag = await findFlag(tx, grant, key);
    const row = await lockFlagConfig(tx, grant, flag);
    const before = toFlagConfigView(grant, key, row);
    if (row.version !== version) throw versionStale('flag', key, version, before);
    if (flag.archivedAt) throw conflict(`flag "${key}" is archived; unarchive it to change it`);
    await assertConfigValid(tx, grant, flag, change);
    const warnings = warningsOfConfig(change);
    if (isUnchanged(row, change)) return { ...before, warnings };
    await saveFlagConfig(tx, grant, flag.id, { ...change, updatedBy: ctx.actor.name });
    if (sizeOf(change) > sizeOf(row)) await assertRulesetFits(tx, grant, [grant.environmentId]);
    const after = await readFlagConfig(tx, grant, key);
    await recordChange(tx, ctx, grant, {
      action: 'flag.configure',
      target: { type: 'flag', key },
      before,
      after,
      environmentId: grant.environmentId,
      revises: [grant.environmentId],
      touched: { flagKeys: [key] },
    });
    return { ...after, warnings };
  });
}

function isUnchanged(row: FlagConfigRow, change: FlagConfigChange): boolean {
  return Object.entries(change).every(([name, value]) =>
    isSame(row[name as keyof FlagConfigChange], value),
  );
}

/** Dragging a slider keeps the size, so only growth asks how large the whole ruleset is. */
function sizeOf({ parent, rules }: FlagConfigChange): number {
  return JSON.stringify([parent, rules]).length;
}

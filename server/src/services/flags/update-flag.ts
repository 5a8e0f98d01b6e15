import { isSame } from '../../domain/changed-fields.js';
import type { FlagKind, Variants } from '../../domain/flag.js';
import { problemsOfVariants } from '../../domain/flag-problems.js';
import type { Grant } from '../../domain/grant.js';
import { assertValid, conflict, inUse, versionStale } from '../../domain/refusals.js';
import { ACTIVE_STATES } from '../../domain/releases/release.js';
import { nameVariantUsers } from '../../domain/variant-users.js';
import type { Tx } from '../../store/db.js';
import { lockConfigsOfFlag } from '../../store/flag-config-store.js';
import { type FlagRow, lockFlag, saveFlag } from '../../store/flag-store.js';
import { lockProject } from '../../store/project-store.js';
import { type FlagView, readFlag } from '../../store/read-models/flag-view.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { assertNoRelease } from '../releases/assert-no-release.js';
import { assertRulesetFits } from '../rulesets/assert-ruleset-fits.js';

export interface UpdateFlag {
  readonly key: string;
  /** The version that the editor saw. */
  readonly version: number;
  readonly name: string;
  readonly description: string;
  readonly variants: Variants;
  readonly tags: readonly string[];
  readonly owner: string;
  readonly kind: FlagKind;
  readonly expectedLifetimeDays: number | null;
  readonly clientVisible: boolean;
}

/** SDKs receive only the variants, so no other change of a definition makes a new revision. */
export async function updateFlag(
  ctx: Ctx,
  grant: Grant<'flag:write'>,
  input: UpdateFlag,
): Promise<FlagView> {
  const { key, version, ...fields } = input;
  return inTransaction(ctx, async (tx) => {
    await lockProject(tx, grant);
    const row = await lockFlag(tx, grant, key);
    const before = await readFlag(tx, grant, key);
    if (row.version !== version) throw versionStale('flag', key, version, before);
    if (row.archivedAt) throw conflict(`flag "${key}" is archived; unarchive it to change it`);
    if (Object.entries(fields).every(([name, value]) => isSame(row[name as keyof FlagRow], value)))
      return before;
    const revises = isSame(row.variants, input.variants)
      ? []
      : await checkVariants(tx, grant, row, input.variants);
    await saveFlag(tx, grant, key, { ...fields, tags: [...input.tags] });
    if (revises.length > 0) await assertRulesetFits(tx, grant, revises);
    const after = await readFlag(tx, grant, key);
    await recordChange(tx, ctx, grant, {
      action: 'flag.update',
      target: { type: 'flag', key },
      before,
      after,
      revises,
      touched: { flagKeys: [key] },
    });
    return after;
  });
}

/** Returns the environments to revise. Fails when one of them uses a removed variant. */
async function checkVariants(
  tx: Tx,
  grant: Grant,
  flag: FlagRow,
  variants: Variants,
): Promise<readonly string[]> {
  assertValid(problemsOfVariants(flag.type, variants));
  const configs = await lockConfigsOfFlag(tx, grant, flag.id);
  const change = { states: ACTIVE_STATES, what: 'given other variants' };
  await assertNoRelease(tx, grant, flag, change);
  for (const removed of Object.keys(flag.variants)) {
    if (Object.hasOwn(variants, removed)) continue;
    const users = nameVariantUsers(removed, configs);
    if (users.length > 0) throw inUse('variant', removed, users);
  }
  return configs.map((config) => config.environmentId);
}

import type { FlagType } from '@sluice/sdk/core';
import { ulid } from 'ulid';
import {
  BOOLEAN_VARIANTS,
  configOfNewFlag,
  drawSeed,
  type FlagKind,
  type Variants,
} from '../../domain/flag.js';
import { problemsOfNewFlag } from '../../domain/flag-problems.js';
import type { Grant } from '../../domain/grant.js';
import { assertValid } from '../../domain/refusals.js';
import { insertFlagConfigs } from '../../store/flag-config-store.js';
import { type FlagChange, insertFlag, listSeeds } from '../../store/flag-store.js';
import { listEnvironments, lockProject } from '../../store/project-store.js';
import { type FlagView, readFlag } from '../../store/read-models/flag-view.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { assertFlagCountFits, assertRulesetFits } from '../rulesets/assert-ruleset-fits.js';

export interface CreateFlag {
  readonly key: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly type?: FlagType | undefined;
  readonly variants?: Variants | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly owner?: string | undefined;
  readonly kind?: FlagKind | undefined;
  readonly expectedLifetimeDays?: number | null | undefined;
  readonly clientVisible?: boolean | undefined;
  readonly offVariant?: string | undefined;
}

/** Creates a flag that is off in every environment. Its seed is drawn here and never changes. */
export async function createFlag(
  ctx: Ctx,
  grant: Grant<'flag:write'>,
  input: CreateFlag,
): Promise<FlagView> {
  const type = input.type ?? 'boolean';
  const variants = input.variants ?? (type === 'boolean' ? BOOLEAN_VARIANTS : {});
  const config = configOfNewFlag(type, variants, input.offVariant);
  assertValid(problemsOfNewFlag({ type, variants }, config));
  return inTransaction(ctx, async (tx) => {
    await lockProject(tx, grant);
    const id = ulid();
    const bare = drawSeed(input.key, new Set());
    const seed = drawSeed(input.key, new Set(await listSeeds(tx, grant, bare)));
    await insertFlag(tx, grant, { id, key: input.key, type, variants, seed, ...filled(input) });
    await assertFlagCountFits(tx, grant);
    const environments = (await listEnvironments(tx, grant.projectId)).map(({ id }) => id);
    await insertFlagConfigs(
      tx,
      grant,
      environments.map((environmentId) => ({ environmentId, flagId: id, ...config })),
    );
    await assertRulesetFits(tx, grant, environments);
    const after = await readFlag(tx, grant, input.key);
    await recordChange(tx, ctx, grant, {
      action: 'flag.create',
      target: { type: 'flag', key: input.key },
      before: null,
      after,
      revises: environments,
      touched: { flagKeys: [input.key] },
    });
    return after;
  });
}

function filled(input: CreateFlag): Omit<FlagChange, 'variants'> {
  return {
    name: input.name ?? input.key,
    description: input.description ?? '',
    tags: [...(input.tags ?? [])],
    owner: input.owner ?? '',
    kind: input.kind ?? 'release',
    expectedLifetimeDays: input.expectedLifetimeDays ?? null,
    clientVisible: input.clientVisible ?? false,
  };
}

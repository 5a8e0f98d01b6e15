import { setImmediate } from 'node:timers/promises';
import { compile, type EvaluationContext, type Ruleset } from '@sluice/sdk/core';
import type { EnvironmentGrant } from '../../domain/grant.js';
import { type Comparison, countMovedUnits, unitAttributes } from '../../domain/moved-units.js';
import { type PreviewResult, previewResult } from '../../domain/preview-result.js';
import { notFound } from '../../domain/refusals.js';
import { rulesAsServed } from '../../domain/releases/managed-rule.js';
import type { FlagConfigChange } from '../../store/flag-config-store.js';
import { loadFlagRuleset } from '../../store/read-models/ruleset.js';
import { toRulesetFlag } from '../../store/read-models/ruleset-flag.js';
import type { Ctx } from '../context.js';
import { assertProposalValid } from '../rulesets/assert-config-valid.js';

/** With this size, a share is off by more than one percentage point in 1 of 20 previews. */
const SAMPLE_UNITS = 10_000;
const CHUNK_UNITS = 500;
/** Costly conditions get a smaller sample, so that a preview does not block the server. */
const SAMPLE_MS_MAX = 500;

export interface PreviewFlag {
  readonly flag: string;
  readonly contexts: readonly EvaluationContext[];
  readonly proposed?: FlagConfigChange | undefined;
}

export interface Preview {
  readonly results: readonly PreviewResult[];
  readonly proposed?: readonly PreviewResult[];
  /** The share of users in these contexts who would get another variant. */
  readonly movedShare?: number;
}

/** Evaluates contexts with the live ruleset and with the proposal. Changes nothing. */
export async function previewFlag(
  ctx: Ctx,
  grant: EnvironmentGrant<'flag:read'>,
  input: PreviewFlag,
): Promise<Preview> {
  const { flag: key, contexts, proposed: change } = input;
  if (change) await assertProposalValid(ctx.db, grant, key, change);
  const wanted = change?.parent ? [key, change.parent] : [key];
  const ruleset = await loadFlagRuleset(ctx.db, grant.environmentId, wanted);
  if (!ruleset?.flags[key]) throw notFound('flag', key);
  const now = ctx.now().getTime();
  const live = compile(ruleset);
  const results = contexts.map((context) => previewResult(live, key, context, now));
  if (!change) return { results };
  const proposed = compile(withProposed(ruleset, key, change), live);
  const by = unitAttributes([...Object.values(ruleset.flags), change]);
  return {
    results,
    proposed: contexts.map((context) => previewResult(proposed, key, context, now)),
    movedShare: await sampleMovedShare({ flag: key, live, proposed, contexts, by, now }),
  };
}

/** A proposal never kills or restores. */
function withProposed(ruleset: Ruleset, key: string, change: FlagConfigChange): Ruleset {
  const flag = ruleset.flags[key];
  if (!flag) return ruleset;
  const rules = rulesAsServed(change.rules, flag.rules ?? []);
  const proposed = toRulesetFlag(flag, { ...change, rules, killed: flag.killed === true });
  return { ...ruleset, flags: { ...ruleset.flags, [key]: proposed } };
}

async function sampleMovedShare(comparison: Comparison): Promise<number> {
  const startedAt = performance.now();
  let moved = 0;
  let first = 0;
  while (first < SAMPLE_UNITS && performance.now() - startedAt < SAMPLE_MS_MAX) {
    moved += countMovedUnits(comparison, { first, count: CHUNK_UNITS });
    first += CHUNK_UNITS;
    await setImmediate();
  }
  return moved / first;
}

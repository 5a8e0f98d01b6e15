import { ulid } from 'ulid';
import { AppError } from '../../domain/errors.js';
import type { EnvironmentGrant } from '../../domain/grant.js';
import { assertValid, conflict, invalid } from '../../domain/refusals.js';
import type { ReleasePlan } from '../../domain/releases/plan.js';
import type { PlanInput } from '../../domain/releases/plan-input.js';
import { type TargetRule, targetRule } from '../../domain/releases/target-rule.js';
import { readClock } from '../../store/clock.js';
import type { Tx } from '../../store/db.js';
import { type FlagConfigRow, lockFlagConfig } from '../../store/flag-config-store.js';
import { type FlagRow, findFlag } from '../../store/flag-store.js';
import { lockProject } from '../../store/project-store.js';
import {
  insertRelease,
  lockRelease,
  type NewRelease,
  saveManagedRules,
} from '../../store/release-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { assertConfigValid } from '../rulesets/assert-config-valid.js';
import { beginRelease } from './begin-release.js';
import { drawSalt } from './draw-salt.js';
import { findRepeat, remember } from './locked-release.js';
import { planOfInput } from './plan-of-input.js';
import { auditOf, type MoveSubject, refusalOfKilled } from './write-move.js';

export interface CreateRelease {
  readonly flag: string;
  readonly ruleId?: string | undefined;
  readonly plan: PlanInput;
  /** False creates a draft, which changes no ruleset. */
  readonly start: boolean;
  readonly reason?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** Creates a release. A repeat with the same key returns the id of the first one. */
export async function createRelease(
  ctx: Ctx,
  grant: EnvironmentGrant<'release:write'>,
  input: CreateRelease,
): Promise<string> {
  const command = { command: 'create', idempotencyKey: input.idempotencyKey };
  return inTransaction(ctx, async (tx) => {
    await lockProject(tx, grant);
    const flag = await findFlag(tx, grant, input.flag);
    const locked = await lockFlagConfig(tx, grant, flag);
    const first = await findRepeat(tx, grant, command);
    if (first !== undefined) return first;
    if (flag.archivedAt) throw conflict(`flag "${flag.key}" is archived`);
    if (locked.killed) throw refusalOfKilled(flag.key);
    const { plan, problems } = await planOfInput(tx, grant, input.plan);
    assertValid(problems);
    const target = targetRule(locked, flag.variants, input.ruleId);
    if ('problems' in target) throw invalid(target.problems);
    const row = newRelease(ctx, grant, { flag, target, plan });
    await insertRelease(tx, row, () => refusalOfSecond(flag.key));
    const config = await addRule(tx, grant, { flag, config: locked, target, start: input.start });
    await remember(tx, grant, command, row.id);
    const release = await lockRelease(tx, grant, flag.id, row.id);
    if (!release) throw conflict('the release was just deleted');
    const subject: MoveSubject = { flag, config, release };
    await recordChange(tx, ctx, grant, {
      action: 'release.create',
      target: { type: 'release', key: flag.key },
      before: null,
      after: { ...auditOf(grant, flag.key, release), plan },
      reason: input.reason,
      environmentId: grant.environmentId,
      revises: config === locked ? [] : [grant.environmentId],
      touched: { flagKeys: [flag.key] },
    });
    if (input.start) {
      const at = await readClock(tx);
      await beginRelease(tx, ctx, grant, subject, { at, reason: input.reason });
    }
    return row.id;
  });
}

interface Made {
  readonly flag: FlagRow;
  readonly target: TargetRule;
  readonly plan: ReleasePlan;
}

export function newRelease(
  ctx: Ctx,
  grant: EnvironmentGrant,
  { flag, target, plan }: Made,
): NewRelease & { readonly id: string } {
  const percent = target.rule.rollout?.to ?? 0;
  return {
    id: ulid(),
    projectId: grant.projectId,
    environmentId: grant.environmentId,
    flagId: flag.id,
    ruleId: target.rule.id,
    ...{ state: 'draft', plan, percent, startPercent: percent, salt: drawSalt() },
    createdBy: ctx.actor.name,
  };
}

interface NewRule {
  readonly flag: FlagRow;
  readonly config: FlagConfigRow;
  readonly target: TargetRule;
  readonly start: boolean;
}

/** Adds the rule at 0 %, so it serves no user. Only the start changes the status of the flag. */
async function addRule(
  tx: Tx,
  grant: EnvironmentGrant,
  { flag, config, target }: NewRule,
): Promise<FlagConfigRow> {
  if (!target.isNew) return config;
  const changed = { ...config, rules: target.rules, version: config.version + 1 };
  await assertConfigValid(tx, grant, flag, changed);
  const { rules } = target;
  const isSaved = await saveManagedRules(tx, grant, flag.id, { rules, status: config.status });
  if (!isSaved) throw refusalOfKilled(flag.key);
  return changed;
}

export function refusalOfSecond(flagKey: string): AppError {
  return new AppError(
    'RELEASE_ACTIVE',
    `flag "${flagKey}" has a release here that has not ended: ` +
      'complete, cancel, roll back or restart that one',
  );
}

import type { EnvironmentGrant } from '../../domain/grant.js';
import { conflict, invalid } from '../../domain/refusals.js';
import type { Decision } from '../../domain/releases/decision.js';
import type { DecisionInputs } from '../../domain/releases/decision-inputs.js';
import { type Move, toStep } from '../../domain/releases/moves.js';
import { targetRule } from '../../domain/releases/target-rule.js';
import { closedNow } from '../../domain/windows/windows.js';
import type { Tx } from '../../store/db.js';
import { findFlag } from '../../store/flag-store.js';
import { readTraffic } from '../../store/read-models/release-traffic.js';
import { listWindowRules } from '../../store/window-store.js';
import type { Ctx } from '../context.js';
import { assertRulesetFits } from '../rulesets/assert-ruleset-fits.js';
import { pinRound } from './pin-round.js';
import { type MoveCircumstances, type MoveSubject, writeMove } from './write-move.js';

export interface Beginning {
  readonly at: Date;
  readonly reason?: string | undefined;
  /** The percentage of a rollback to the start; absent: the current percentage of the rule. */
  readonly startPercent?: number | undefined;
  /** Replaces the seed of the flag, so that the rule draws other users. */
  readonly seed?: string | undefined;
  /** Set by the ticker when a scheduled release is due. */
  readonly decided?: { readonly decision: Decision; readonly inputs: DecisionInputs };
}

/** Opens the first step now, or schedules the release until its time, approval or window. */
export async function beginRelease(
  tx: Tx,
  ctx: Ctx,
  grant: EnvironmentGrant,
  subject: MoveSubject,
  beginning: Beginning,
): Promise<MoveSubject> {
  const { release } = subject;
  const { at, reason, decided } = beginning;
  const waitsFor = decided ? null : await reasonToWait(tx, grant, subject, at);
  if (waitsFor !== null) return schedule(tx, ctx, grant, subject, waitsFor, beginning);
  const rule = await currentRule(tx, grant, subject);
  const { pinned, metrics } = await pinRound(tx, grant, release.plan, release.round);
  const from = rule.rollout?.to ?? 0;
  const to = release.plan.steps[0]?.percent;
  const sentence = decided?.decision.sentence ?? `Started at ${to} % by ${ctx.actor.name}.`;
  const step = toStep({ ...release, percent: from }, 0, { action: 'start', sentence, at });
  const move: Move = {
    ...step,
    change: {
      ...step.change,
      startPercent: beginning.startPercent ?? from,
      sample: await chooseSample(tx, grant, subject.flag.key),
      startedAt: at,
      lastTickAt: at,
      pinned,
    },
  };
  const circumstances: MoveCircumstances = {
    ...{ at, reason, metrics, seed: beginning.seed, ...decided },
    status: subject.config.status === 'off' ? 'conditional' : subject.config.status,
  };
  const moved = await writeMove(tx, ctx, grant, subject, move, circumstances);
  await assertRulesetFits(tx, grant, [grant.environmentId]);
  return moved;
}

async function reasonToWait(
  tx: Tx,
  grant: EnvironmentGrant,
  { release: { plan } }: MoveSubject,
  at: Date,
): Promise<string | null> {
  if (plan.startAt !== null && new Date(plan.startAt) > at) return `for ${plan.startAt}`;
  if (plan.startApproval) return 'for an approval';
  const rules = await listWindowRules(tx, grant.projectId);
  const [closed] = closedNow(rules, grant.environmentKey, plan.windows, at.getTime());
  return closed === undefined ? null : `because of: ${closed.what}`;
}

async function schedule(
  tx: Tx,
  ctx: Ctx,
  grant: EnvironmentGrant,
  subject: MoveSubject,
  waitsFor: string,
  { at, reason }: Beginning,
): Promise<MoveSubject> {
  const { startAt } = subject.release.plan;
  const move: Move = {
    action: 'schedule',
    sentence: `Scheduled by ${ctx.actor.name}; waits ${waitsFor}.`,
    change: {
      state: 'scheduled',
      startAt: startAt === null ? null : new Date(startAt),
      nextTickAt: at,
    },
  };
  return writeMove(tx, ctx, grant, subject, move, { at, reason });
}

/** Validates the rule again, because it may have been edited since the release was drafted. */
async function currentRule(
  tx: Tx,
  grant: EnvironmentGrant,
  { flag, config, release }: MoveSubject,
) {
  const { archivedAt, variants } = await findFlag(tx, grant, flag.key);
  if (archivedAt) throw conflict(`flag "${flag.key}" is archived`);
  const target = targetRule(config, variants, release.ruleId);
  if ('problems' in target) throw invalid(target.problems);
  return target.rule;
}

const UNITS_KEPT = 200_000;
const SAMPLE_MIN = 0.001;

/** The share of units that SDKs count. It limits the memory that very large services need. */
async function chooseSample(tx: Tx, grant: EnvironmentGrant, flag: string): Promise<number> {
  const { units } = await readTraffic(tx, grant.environmentId, flag, []);
  const sample = UNITS_KEPT / Math.max(1, units);
  return Math.max(SAMPLE_MIN, Math.min(1, Math.round(sample * 1_000) / 1_000));
}

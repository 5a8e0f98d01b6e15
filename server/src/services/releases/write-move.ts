import type { ReleaseMetric, Rule } from '@sluice/sdk/core';
import type { EnvironmentGrant } from '../../domain/grant.js';
import { conflict } from '../../domain/refusals.js';
import type { Decision } from '../../domain/releases/decision.js';
import type { DecisionInputs } from '../../domain/releases/decision-inputs.js';
import { replaceRule, ruleAsWritten, ruleOfPhase } from '../../domain/releases/managed-rule.js';
import type { Move } from '../../domain/releases/moves.js';
import type { Tx } from '../../store/db.js';
import { insertDecision } from '../../store/decision-store.js';
import type { FlagConfigRow } from '../../store/flag-config-store.js';
import { enqueue } from '../../store/outbox-store.js';
import {
  endPhase,
  insertPhase,
  type ReleaseRow,
  saveManagedRules,
  saveRelease,
  saveRollbackRevision,
} from '../../store/release-store.js';
import { SERVER_VERSION } from '../../version.js';
import type { Ctx } from '../context.js';
import { recordChange } from '../record-change.js';
import { releaseEvent } from './release-event.js';

/** The release that moves. The row of its config is locked. */
export interface MoveSubject {
  readonly flag: { readonly id: string; readonly key: string };
  readonly config: FlagConfigRow;
  readonly release: ReleaseRow;
}

export interface MoveCircumstances {
  readonly at: Date;
  readonly reason?: string | undefined;
  /** Set for an automatic move. */
  readonly decision?: Decision | undefined;
  readonly inputs?: DecisionInputs | undefined;
  /** Set when a round begins: the metrics that SDKs collect from then on. */
  readonly metrics?: readonly ReleaseMetric[] | undefined;
  /** Set to draw other users. */
  readonly seed?: string | undefined;
  /** Set at a start, which may turn an `off` config to `conditional`. */
  readonly status?: FlagConfigRow['status'] | undefined;
  readonly evenKilled?: boolean;
}

/** The release as it is after the move, before it is stored. */
export function releaseAfter(
  before: ReleaseRow,
  move: Move,
  { decision }: Pick<MoveCircumstances, 'decision'>,
): ReleaseRow {
  const after = { ...before, ...move.change };
  return {
    ...after,
    decision: decision ?? decisionOfMove(move, after),
    phase: before.phase + (move.phase === undefined ? 0 : 1),
    version: before.version + 1,
  };
}

/** Until the next tick the page shows the sentence of the move. */
function decisionOfMove({ sentence }: Move, { bakedMs }: ReleaseRow): Decision {
  return { action: 'none', sentence, holds: [], because: [], bakedMs };
}

/** The rules after the move. Returns the same list when the move does not change its rule. */
export function rulesAfter(
  rules: readonly Rule[],
  after: ReleaseRow,
  move: Move,
  { at, metrics, seed }: MoveCircumstances,
): readonly Rule[] {
  if (move.frees) return replaceRule(rules, after.ruleId, ruleAsWritten);
  if (move.phase === undefined) return rules;
  const phase = { startedAt: at.getTime(), ...(metrics && { metrics }), ...(seed && { seed }) };
  return replaceRule(rules, after.ruleId, (rule) => ruleOfPhase(rule, after, phase));
}

/**
 * Writes state, phase, rule, audit row, revision, decision and event in the caller's transaction.
 * Throws when another write came first or the flag is killed.
 */
export async function writeMove(
  tx: Tx,
  ctx: Ctx,
  grant: EnvironmentGrant,
  subject: MoveSubject,
  move: Move,
  circumstances: MoveCircumstances,
): Promise<MoveSubject> {
  const { config, flag, release: before } = subject;
  const { evenKilled = false, reason, status = config.status } = circumstances;
  const after = releaseAfter(before, move, circumstances);
  await saveMove(tx, before, after, evenKilled);
  const rules = rulesAfter(config.rules, after, move, circumstances);
  const isRuleset = rules !== config.rules || status !== config.status;
  if (isRuleset) {
    const newStatus = status === config.status ? undefined : status;
    const isSaved = await saveManagedRules(tx, grant, flag.id, {
      rules,
      evenKilled,
      status: newStatus,
    });
    if (!isSaved) throw refusalOfKilled(flag.key);
  }
  const [revision] = await recordChange(tx, ctx, grant, {
    action: `release.${move.action}`,
    target: { type: 'release', key: flag.key },
    before: auditOf(grant, flag.key, before),
    after: auditOf(grant, flag.key, after),
    reason,
    environmentId: grant.environmentId,
    revises: isRuleset ? [grant.environmentId] : [],
    touched: { flagKeys: [flag.key] },
  });
  const moved = { flag, release: after, config: { ...config, rules, status } };
  const known = { ...circumstances, revision: revision?.revision ?? null };
  await recordMove(tx, ctx, grant, moved, move, known);
  return moved;
}

/** Saves a release only if its version is unchanged. Every write uses it. */
export async function saveMove(
  tx: Tx,
  before: ReleaseRow,
  after: ReleaseRow,
  evenKilled = false,
): Promise<void> {
  const { id, version } = before;
  const change = Object.fromEntries(
    Object.entries(after).filter(
      ([name, value]) => name !== 'version' && value !== before[name as keyof ReleaseRow],
    ),
  );
  if (await saveRelease(tx, { id, version, evenKilled }, change)) return;
  throw conflict(`release ${id} was changed by somebody else, or its flag is killed`);
}

/** Writes what needs the revision of a move: phase, decision and event. */
export async function recordMove(
  tx: Tx,
  ctx: Ctx,
  grant: EnvironmentGrant,
  { flag, release }: MoveSubject,
  move: Move,
  circumstances: MoveCircumstances & { readonly revision: number | null },
): Promise<void> {
  const { at, reason = null, decision = null, inputs = null, revision } = circumstances;
  const { id, phase, round, step, percent, version } = release;
  if (move.phase !== undefined) {
    await insertPhase(tx, {
      ...{ releaseId: id, phase, round, percent, revision },
      step: move.phase === 'rollback' ? -1 : step,
      startedAt: at,
      cause: move.phase,
    });
  }
  if (move.phase === 'rollback' && revision !== null) await saveRollbackRevision(tx, id, revision);
  if (move.frees) await endPhase(tx, id, at);
  await insertDecision(tx, {
    ...{ releaseId: id, version, at, action: move.action, sentence: move.sentence },
    ...{ actor: ctx.actor, reason, decision, inputs, serverVersion: SERVER_VERSION },
  });
  if (move.event === undefined) return;
  const details = { name: move.event, sentence: move.sentence, reason, at, actor: ctx.actor };
  await enqueue(tx, grant.projectId, releaseEvent(grant, flag.key, release, details));
}

export function refusalOfKilled(flagKey: string): Error {
  return conflict(`flag "${flagKey}" is killed: nothing opens it until it is restored`);
}

/** The state of a release for an audit entry. Its numbers are in its decisions. */
export function auditOf(grant: EnvironmentGrant, flag: string, row: ReleaseRow) {
  const { id, ruleId, state, pauseReason, step, phase, round } = row;
  return {
    ...{ environment: grant.environmentKey, flag, id, ruleId, state, pauseReason },
    ...{ step, phase, round, percent: `${row.percent} %` },
  };
}

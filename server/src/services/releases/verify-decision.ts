import type { EnvironmentGrant } from '../../domain/grant.js';
import { conflict } from '../../domain/refusals.js';
import type { Decision } from '../../domain/releases/decision.js';
import { readDecisionInputs } from '../../domain/releases/decision-inputs.js';
import { isSameVerdict, redecide } from '../../domain/releases/redecide.js';
import { openInputs } from '../../store/decision-store.js';
import { readDecisionRow } from '../../store/read-models/release-timeline.js';
import type { Ctx } from '../context.js';

export interface VerifyDecision {
  readonly flag: string;
  readonly release: string;
  readonly version: number;
}

export interface Verification {
  /** True when the current code decides the same and the inputs are unchanged. */
  readonly same: boolean;
  readonly stored: Decision | null;
  readonly recomputed: Decision;
}

/** Repeats a decision from its stored inputs. */
export async function verifyDecision(
  ctx: Ctx,
  grant: EnvironmentGrant<'flag:read'>,
  input: VerifyDecision,
): Promise<Verification> {
  const row = await readDecisionRow(ctx.db, grant, input.flag, input);
  const opened = openInputs(row);
  if (opened === null) {
    throw conflict(`decision ${row.version} was made by ${row.actor.name}, not from numbers`);
  }
  const inputs = readDecisionInputs(opened.stored);
  const decided = redecide(inputs);
  const recomputed =
    inputs.kind === 'tripwire' ? { ...decided, bakedMs: row.decision?.bakedMs ?? 0 } : decided;
  const plain = JSON.parse(JSON.stringify(recomputed)) as Decision;
  return {
    same: opened.isIntact && row.decision !== null && isSameVerdict(plain, row.decision),
    stored: row.decision,
    recomputed: plain,
  };
}

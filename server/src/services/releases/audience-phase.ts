import type { Rule } from '@sluice/sdk/core';
import { ulid } from 'ulid';
import type { EnvironmentGrant } from '../../domain/grant.js';
import { replaceRule, ruleOfPhase } from '../../domain/releases/managed-rule.js';
import type { Move } from '../../domain/releases/moves.js';
import { readClock } from '../../store/clock.js';
import type { Tx } from '../../store/db.js';
import { insertMarker } from '../../store/marker-store.js';
import type { ReleaseRow } from '../../store/release-store.js';
import type { Ctx } from '../context.js';
import { type MoveSubject, recordMove, releaseAfter, saveMove } from './write-move.js';

/** A phase that has begun. It is recorded at the end of the transaction, with its revision. */
export interface AudiencePhase {
  readonly release: ReleaseRow;
  readonly move: Move;
  readonly at: Date;
}

/** The audience has changed, so a new phase keeps the numbers of the new users separate. */
export async function beginAudiencePhase(
  tx: Tx,
  before: ReleaseRow,
  what: string,
): Promise<AudiencePhase> {
  const at = await readClock(tx);
  const move: Move = {
    action: 'audience',
    sentence: `${what}: a new phase begins at ${before.percent} %.`,
    phase: 'audience',
    change: {},
  };
  const release = releaseAfter(before, move, {});
  await saveMove(tx, before, release);
  return { release, move, at };
}

/** `rules` are as users wrote them; `wire` are the rules that SDKs have so far. */
export function withAudiencePhase(
  rules: readonly Rule[],
  wire: readonly Rule[],
  { release, at }: AudiencePhase,
): readonly Rule[] {
  const metrics = wire.find(({ id }) => id === release.ruleId)?.release?.metrics ?? [];
  const phase = { startedAt: at.getTime(), metrics };
  return replaceRule(rules, release.ruleId, (rule) => ruleOfPhase(rule, release, phase));
}

/** Records the phase, and a marker that every chart of the environment shows. */
export async function recordAudiencePhase(
  tx: Tx,
  ctx: Ctx,
  grant: EnvironmentGrant,
  subject: Omit<MoveSubject, 'release'>,
  phase: AudiencePhase & { readonly revision: number | null },
): Promise<void> {
  const { release, move, at, revision } = phase;
  await recordMove(tx, ctx, grant, { ...subject, release }, move, { at, revision });
  await insertMarker(tx, grant, {
    ...{ id: ulid(), type: 'config', service: subject.flag.key, version: 'audience changed' },
    ...{ commit: null, url: null, actor: ctx.actor.name, idempotencyKey: null, at, endAt: null },
  });
}

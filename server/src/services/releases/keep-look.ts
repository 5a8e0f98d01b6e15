import type { EnvironmentGrant } from '../../domain/grant.js';
import type { Decision, Hold } from '../../domain/releases/decision.js';
import type { DecisionInputs } from '../../domain/releases/decision-inputs.js';
import type { Tx } from '../../store/db.js';
import { findNewestInputsAt, insertDecision } from '../../store/decision-store.js';
import { enqueue } from '../../store/outbox-store.js';
import type { TickSubject } from '../../store/read-models/tick-scene.js';
import { type Look, type ReleaseRow, saveLook, saveRelease } from '../../store/release-store.js';
import { SERVER_VERSION } from '../../version.js';
import type { Ctx } from '../context.js';
import { eventOfMove } from './event-of-move.js';

export interface KeptLook {
  readonly look: Partial<Look>;
  readonly decision: Decision;
  readonly inputs: DecisionInputs;
}

const RECORD_MS = 60 * 60_000;

/** Nothing moves: the newest numbers for the page, news for people, and a record once an hour. */
export async function keepLook(
  ctx: Ctx,
  grant: EnvironmentGrant,
  seen: TickSubject,
  { look, decision, inputs }: KeptLook,
): Promise<'looked' | 'overtaken'> {
  const { release, now } = seen;
  return ctx.db.transaction(async (tx) => {
    if (!(await saveLook(tx, release, look))) return 'overtaken';
    for (const news of newsOf(release, decision)) {
      const told = { ...news, reason: null, at: now, actor: ctx.actor };
      await enqueue(tx, grant.projectId, eventOfMove(grant, seen.flag.key, release, told));
    }
    if (await isRecordDue(tx, seen)) await recordHourly(tx, ctx, seen, { decision, inputs });
    return 'looked';
  });
}

/** Each reason to hold is told once a step, and only when it is not part of an ordinary bake. */
function newsOf(release: ReleaseRow, decision: Decision) {
  const { sentence } = decision;
  if (decision.action === 'await_approval') {
    return [{ name: 'approval_required' as const, sentence, suffix: 'approval' }];
  }
  const isBaking = decision.holds.some(({ code }) => code === 'BAKE');
  const known = new Set(release.decision?.holds.map(nameOfHold));
  return decision.holds
    .filter((hold) => !known.has(nameOfHold(hold)) && isNewsworthy(hold, isBaking))
    .map((hold) => ({ name: 'held' as const, sentence, suffix: nameOfHold(hold) }));
}

const ALWAYS_NEWS: readonly Hold['code'][] = ['SUSPICIOUS', 'SOURCE_ERROR', 'UNSTABLE_UNITS'];

function isNewsworthy({ code }: Hold, isBaking: boolean): boolean {
  return code !== 'BAKE' && (!isBaking || ALWAYS_NEWS.includes(code));
}

function nameOfHold({ code, metric = '' }: Hold): string {
  return metric === '' ? code : `${code}:${metric}`;
}

async function isRecordDue(tx: Tx, { release, now }: TickSubject): Promise<boolean> {
  if (release.step < 0) return false;
  const newest = await findNewestInputsAt(tx, release.id);
  const since = newest ?? release.startedAt ?? release.createdAt;
  return now.getTime() - since.getTime() >= RECORD_MS;
}

/** A record of its own has a version of its own. */
async function recordHourly(
  tx: Tx,
  ctx: Ctx,
  { release, now }: TickSubject,
  { decision, inputs }: Pick<KeptLook, 'decision' | 'inputs'>,
): Promise<void> {
  if (!(await saveRelease(tx, { ...release, evenKilled: true }, { decision }))) return;
  const { action, sentence } = decision;
  await insertDecision(tx, {
    ...{ releaseId: release.id, version: release.version + 1, at: now, action, sentence },
    ...{ actor: ctx.actor, reason: null, decision, inputs, serverVersion: SERVER_VERSION },
  });
}

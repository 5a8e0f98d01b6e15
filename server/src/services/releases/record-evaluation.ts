import type { EnvironmentGrant } from '../../domain/grant.js';
import type { Decision } from '../../domain/releases/decision.js';
import type { DecisionInputs } from '../../domain/releases/decision-inputs.js';
import { holdsToNotify, nameOfHold } from '../../domain/releases/hold-notifications.js';
import type { Tx } from '../../store/db.js';
import { findNewestInputsAt, insertDecision } from '../../store/decision-store.js';
import { enqueue } from '../../store/outbox-store.js';
import type { TickSubject } from '../../store/read-models/tick-scene.js';
import {
  type ReleaseRow,
  saveRelease,
  saveTickResult,
  type TickResult,
} from '../../store/release-store.js';
import { SERVER_VERSION } from '../../version.js';
import type { Ctx } from '../context.js';
import { releaseEvent } from './release-event.js';

export interface RecordedEvaluation {
  readonly result: Partial<TickResult>;
  readonly decision: Decision;
  readonly inputs: DecisionInputs;
}

const RECORD_MS = 60 * 60_000;

/** Saves a tick without a move: numbers for the page, notifications, and a record every hour. */
export async function recordEvaluation(
  ctx: Ctx,
  grant: EnvironmentGrant,
  seen: TickSubject,
  { result, decision, inputs }: RecordedEvaluation,
): Promise<'evaluated' | 'overtaken'> {
  const { release, now } = seen;
  return ctx.db.transaction(async (tx) => {
    if (!(await saveTickResult(tx, release, result))) return 'overtaken';
    for (const notification of notificationsOf(release, decision, inputs)) {
      const details = { ...notification, reason: null, at: now, actor: ctx.actor };
      await enqueue(tx, grant.projectId, releaseEvent(grant, seen.flag.key, release, details));
    }
    if (await isRecordDue(tx, seen)) await recordHourly(tx, ctx, seen, { decision, inputs });
    return 'evaluated';
  });
}

function notificationsOf(release: ReleaseRow, decision: Decision, inputs: DecisionInputs) {
  const { sentence } = decision;
  if (decision.action === 'await_approval') {
    return [{ name: 'approval_required' as const, sentence, suffix: 'approval' }];
  }
  const before = {
    decision: release.decision,
    lastTickAt: release.lastTickAt?.getTime() ?? null,
    stepStartedAt: release.stepStartedAt?.getTime() ?? null,
  };
  const facts = inputs.kind === 'tick' ? inputs.facts : null;
  return holdsToNotify(before, decision, facts).map((hold) => {
    return { name: 'held' as const, sentence, suffix: nameOfHold(hold) };
  });
}

async function isRecordDue(tx: Tx, { release, now }: TickSubject): Promise<boolean> {
  if (release.step < 0) return false;
  const newest = await findNewestInputsAt(tx, release.id);
  const since = newest ?? release.startedAt ?? release.createdAt;
  return now.getTime() - since.getTime() >= RECORD_MS;
}

/** Each record is a decision, so it gets a new version. */
async function recordHourly(
  tx: Tx,
  ctx: Ctx,
  { release, now }: TickSubject,
  { decision, inputs }: Pick<RecordedEvaluation, 'decision' | 'inputs'>,
): Promise<void> {
  if (!(await saveRelease(tx, { ...release, evenKilled: true }, { decision }))) return;
  const { action, sentence } = decision;
  await insertDecision(tx, {
    ...{ releaseId: release.id, version: release.version + 1, at: now, action, sentence },
    ...{ actor: ctx.actor, reason: null, decision, inputs, serverVersion: SERVER_VERSION },
  });
}

import type { Actor } from '../../domain/actor.js';
import type { EnvironmentGrant } from '../../domain/grant.js';
import type { ReleaseEventName } from '../../domain/releases/moves.js';
import type { OutboxEvent } from '../../store/outbox-store.js';
import type { ReleaseRow } from '../../store/release-store.js';

export interface Told {
  readonly name: ReleaseEventName;
  readonly sentence: string;
  readonly reason: string | null;
  readonly at: Date;
  readonly actor: Actor;
  /** Tells apart what happens more than once at one version, such as reasons to hold. */
  readonly suffix?: string;
}

/** What people outside are told of a release; the same id for every try. */
export function eventOfMove(
  grant: EnvironmentGrant,
  flag: string,
  release: ReleaseRow,
  { name, sentence, reason, at, actor, suffix }: Told,
): OutboxEvent {
  const { id, ruleId, state, step, percent, version, plan } = release;
  const eventId = [id, version, ...(suffix === undefined ? [] : [suffix])].join(':');
  return {
    id: eventId,
    event: name,
    payload: {
      id: eventId,
      event: name,
      at: at.toISOString(),
      project: grant.projectKey,
      environment: grant.environmentKey,
      flag,
      release: { id, ruleId, state, step, steps: plan.steps.length, percent, version },
      sentence,
      reason,
      actor: { kind: actor.kind, name: actor.name },
    },
  };
}

import type { Actor } from '../../domain/actor.js';
import type { EnvironmentGrant } from '../../domain/grant.js';
import type { ReleaseEventName } from '../../domain/releases/moves.js';
import type { OutboxEvent } from '../../store/outbox-store.js';
import type { ReleaseRow } from '../../store/release-store.js';

/** The content of an event about a release. */
export interface ReleaseEventDetails {
  readonly name: ReleaseEventName;
  readonly sentence: string;
  readonly reason: string | null;
  readonly at: Date;
  readonly actor: Actor;
  /** Makes ids unique where one version has several events, such as reasons to hold. */
  readonly suffix?: string;
}

/** The event that webhooks deliver. It has the same id for every delivery attempt. */
export function releaseEvent(
  grant: EnvironmentGrant,
  flag: string,
  release: ReleaseRow,
  { name, sentence, reason, at, actor, suffix }: ReleaseEventDetails,
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

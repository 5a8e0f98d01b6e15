import { formatPercent } from '@sluice/server/domain/format';
import type { ReleaseDecision, ReleaseTimeline } from '../../api/types.js';

/** One entry of the timeline. */
export interface TimelineEntry {
  readonly id: string;
  readonly at: string;
  readonly kind: 'decision' | 'phase' | 'marker';
  readonly title: string;
  readonly text: string;
  readonly who: string | undefined;
  readonly reason: string | undefined;
  /** Set for a decision, which can be recomputed from its stored input. */
  readonly version: number | undefined;
  readonly url: string | undefined;
}

const NOTHING = { who: undefined, reason: undefined, version: undefined, url: undefined };

/** Decisions, phases and markers in one list, newest first. */
export function timelineEntries({
  decisions,
  phases,
  markers,
}: ReleaseTimeline): readonly TimelineEntry[] {
  const all = [
    ...decisions.map(ofDecision),
    ...phases.map(
      ({ phase, percent, startedAt, cause, round }): TimelineEntry => ({
        ...NOTHING,
        id: `phase-${phase}`,
        at: startedAt,
        kind: 'phase',
        title: `Phase ${phase}`,
        text: `${formatPercent(percent)}, begun by ${cause.replaceAll('_', ' ')}${
          round > 1 ? `, round ${round}` : ''
        }`,
      }),
    ),
    ...markers.map(
      ({ id, at, type, label, derived, url }): TimelineEntry => ({
        ...NOTHING,
        id: `marker-${id}`,
        at,
        kind: 'marker',
        title: type,
        text: `${label}${derived ? ', seen in the version of an instance' : ''}`,
        url: url ?? undefined,
      }),
    ),
  ];
  return all.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

function ofDecision(decision: ReleaseDecision): TimelineEntry {
  const { version, at, action, sentence, actor, reason } = decision;
  return {
    ...NOTHING,
    id: `decision-${version}`,
    at,
    kind: 'decision',
    title: action.replaceAll('_', ' '),
    text: sentence,
    who: actor.name || actor.kind,
    reason: reason ?? undefined,
    version,
  };
}

/** The decision that ended a release: what happened, who did it and why. */
export function endOf(decisions: readonly ReleaseDecision[]): ReleaseDecision | undefined {
  const newest = [...decisions].sort((a, b) => b.version - a.version);
  const confirmed = newest[0]?.action === 'finish_rollback';
  return confirmed ? (newest.find(({ action }) => action === 'rollback') ?? newest[0]) : newest[0];
}

import type { ApiClient } from '../../api/client.js';
import type { Segment, SegmentChange } from '../../api/types.js';
import type { Draft, DraftCondition } from '../conditions/draft-condition.js';
import { compareFields, mergeFields, type Versions } from '../draft/three-way.js';
import { type DraftPlan, VersionedDraft } from '../draft/versioned-draft.svelte.js';

export type WritableSegment = Omit<Draft<SegmentChange>, 'when'> & { when: DraftCondition };
export type SegmentDraft = VersionedDraft<Segment, SegmentChange, WritableSegment>;

export const SEGMENT_TITLES: Readonly<Record<keyof SegmentChange, string>> = {
  name: 'Name',
  description: 'Description',
  when: 'Condition',
};

export function draftSegment(api: ApiClient, project: string, segment: Segment): SegmentDraft {
  const plan: DraftPlan<Segment, SegmentChange> = {
    bodyOf: ({ name, description, when }: Segment): SegmentChange => ({ name, description, when }),
    save: (version: number, body: SegmentChange) =>
      api.put('/projects/{project}/segments/{segment}', {
        path: { project, segment: segment.key },
        version,
        body,
      }),
    compare: (versions: Versions<SegmentChange>) => compareFields(SEGMENT_TITLES, versions),
    merge: mergeFields<SegmentChange>,
  };
  return new VersionedDraft(plan, segment);
}

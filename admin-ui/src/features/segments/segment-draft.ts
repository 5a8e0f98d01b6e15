import type { AdminApi } from '../../api/admin-api.js';
import type { Segment, SegmentBody } from '../../api/types.js';
import type { Draft, DraftCondition } from '../conditions/draft-condition.js';
import { compareFields, mergeFields, type Versions } from '../draft/three-way.js';
import { type DraftPlan, VersionedDraft } from '../draft/versioned-draft.svelte.js';

export type WritableSegment = Omit<Draft<SegmentBody>, 'when'> & { when: DraftCondition };
export type SegmentDraft = VersionedDraft<Segment, SegmentBody, WritableSegment>;

export const SEGMENT_TITLES: Readonly<Record<keyof SegmentBody, string>> = {
  name: 'Name',
  description: 'Description',
  when: 'Condition',
};

export function draftSegment(api: AdminApi, project: string, segment: Segment): SegmentDraft {
  const plan: DraftPlan<Segment, SegmentBody> = {
    bodyOf: ({ name, description, when }: Segment): SegmentBody => ({ name, description, when }),
    save: (version: number, body: SegmentBody) =>
      api.saveSegment(project, segment.key, version, body),
    compare: (versions: Versions<SegmentBody>) => compareFields(SEGMENT_TITLES, versions),
    merge: mergeFields<SegmentBody>,
  };
  return new VersionedDraft(plan, segment);
}

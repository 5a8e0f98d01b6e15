import type { Condition } from '@sluice/sdk/core';
import { isSame } from '../../domain/changed-fields.js';
import type { Grant } from '../../domain/grant.js';
import { versionStale } from '../../domain/refusals.js';
import { listEnvironments, lockProject } from '../../store/project-store.js';
import { readSegment, type SegmentView } from '../../store/read-models/segment-view.js';
import { lockSegment, saveSegment } from '../../store/segment-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { beginSegmentPhases, recordSegmentPhases } from '../releases/segment-phases.js';
import { assertRulesetFits } from '../rulesets/assert-ruleset-fits.js';
import { assertSegmentValid } from './assert-segment-valid.js';

export interface UpdateSegment {
  readonly key: string;
  /** The version that the editor saw. */
  readonly version: number;
  readonly name: string;
  readonly description: string;
  readonly when: Condition;
}

/** Segments are project-wide: a new condition revises every environment, a new name none. */
export async function updateSegment(
  ctx: Ctx,
  grant: Grant<'segment:write'>,
  input: UpdateSegment,
): Promise<SegmentView> {
  const { key, version, name, description, when } = input;
  return inTransaction(ctx, async (tx) => {
    await lockProject(tx, grant);
    const row = await lockSegment(tx, grant, key);
    const before = await readSegment(tx, grant, key);
    if (row.version !== version) throw versionStale('segment', key, version, before);
    const keepsCondition = isSame(row.when, when);
    if (keepsCondition && row.name === name && row.description === description) return before;
    if (!keepsCondition) await assertSegmentValid(tx, grant, { key, when });
    await saveSegment(tx, grant, key, { name, description, when });
    const phases = keepsCondition ? [] : await beginSegmentPhases(tx, ctx, grant, key);
    const environments = keepsCondition ? [] : await listEnvironments(tx, grant.projectId);
    const revises = environments.map((environment) => environment.id);
    if (!keepsCondition) await assertRulesetFits(tx, grant, revises);
    const after = await readSegment(tx, grant, key);
    const revisions = await recordChange(tx, ctx, grant, {
      action: 'segment.update',
      target: { type: 'segment', key },
      before,
      after,
      revises,
      touched: { segmentKeys: [key], flagKeys: phases.map(({ subject }) => subject.flag.key) },
    });
    await recordSegmentPhases(tx, ctx, phases, revisions);
    return after;
  });
}

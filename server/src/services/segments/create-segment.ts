import type { Condition } from '@sluice/sdk/core';
import { ulid } from 'ulid';
import type { Grant } from '../../domain/grant.js';
import { listEnvironments, lockProject } from '../../store/project-store.js';
import { readSegment, type SegmentView } from '../../store/read-models/segment-view.js';
import { insertSegment } from '../../store/segment-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { assertRulesetFits } from '../rulesets/assert-ruleset-fits.js';
import { assertSegmentValid } from './assert-segment-valid.js';

export interface CreateSegment {
  readonly key: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly when: Condition;
}

export async function createSegment(
  ctx: Ctx,
  grant: Grant<'segment:write'>,
  input: CreateSegment,
): Promise<SegmentView> {
  const { key, name = key, description = '', when } = input;
  return inTransaction(ctx, async (tx) => {
    await lockProject(tx, grant);
    await assertSegmentValid(tx, grant, { key, when });
    await insertSegment(tx, grant, { id: ulid(), key, name, description, when });
    const environments = await listEnvironments(tx, grant.projectId);
    const revises = environments.map((environment) => environment.id);
    await assertRulesetFits(tx, grant, revises);
    const after = await readSegment(tx, grant, key);
    await recordChange(tx, ctx, grant, {
      action: 'segment.create',
      target: { type: 'segment', key },
      before: null,
      after,
      revises,
      touched: { segmentKeys: [key] },
    });
    return after;
  });
}

import type { Grant } from '../../domain/grant.js';
import { inUse } from '../../domain/refusals.js';
import { nameSegmentUsers } from '../../domain/segment-users.js';
import { listEnvironments, lockProject } from '../../store/project-store.js';
import { readSegment } from '../../store/read-models/segment-view.js';
import { deleteSegmentRow, lockSegment } from '../../store/segment-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { nameReleasesFor } from '../releases/segment-phases.js';

/** Refused while a flag, archived ones included, or another segment names it. */
export async function deleteSegment(
  ctx: Ctx,
  grant: Grant<'segment:write'>,
  input: { readonly key: string },
): Promise<void> {
  const { key } = input;
  await inTransaction(ctx, async (tx) => {
    await lockProject(tx, grant);
    await lockSegment(tx, grant, key);
    const before = await readSegment(tx, grant, key);
    const planned = await nameReleasesFor(tx, grant, key);
    const users = [...nameSegmentUsers(before.usedBy), ...planned];
    if (users.length > 0) throw inUse('segment', key, users);
    await deleteSegmentRow(tx, grant, key);
    const environments = await listEnvironments(tx, grant.projectId);
    await recordChange(tx, ctx, grant, {
      action: 'segment.delete',
      target: { type: 'segment', key },
      before,
      after: null,
      revises: environments.map((environment) => environment.id),
      touched: { segmentKeys: [key] },
    });
  });
}

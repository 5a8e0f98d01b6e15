import type { Grant } from '../../domain/grant.js';
import { inUse } from '../../domain/refusals.js';
import { deleteProjectRow, lockProject } from '../../store/project-store.js';
import { readProject } from '../../store/read-models/project-view.js';
import { namesInProject } from '../../store/use-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';

/** Fails while the project has active keys or flags that are not archived. */
export async function deleteProject(ctx: Ctx, grant: Grant<'project:write'>): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await lockProject(tx, grant);
    const users = await namesInProject(tx, grant);
    if (users.length > 0) throw inUse('project', grant.projectKey, users);
    const before = await readProject(tx, grant);
    await deleteProjectRow(tx, grant);
    await recordChange(tx, ctx, grant, {
      action: 'project.delete',
      target: { type: 'project', key: grant.projectKey },
      before,
      after: null,
    });
  });
}

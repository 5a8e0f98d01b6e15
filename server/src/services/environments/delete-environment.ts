import type { EnvironmentGrant } from '../../domain/grant.js';
import { conflict, inUse } from '../../domain/refusals.js';
import { deleteEnvironmentRow } from '../../store/environment-store.js';
import { listEnvironments, lockProject } from '../../store/project-store.js';
import { readEnvironment } from '../../store/read-models/environment-view.js';
import { namesInEnvironment } from '../../store/use-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';

/** Fails while the environment has active keys, or when it is the last one of the project. */
export async function deleteEnvironment(
  ctx: Ctx,
  grant: EnvironmentGrant<'environment:write'>,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await lockProject(tx, grant);
    const users = await namesInEnvironment(tx, grant);
    if (users.length > 0) throw inUse('environment', grant.environmentKey, users);
    const all = await listEnvironments(tx, grant.projectId);
    if (all.length === 1) {
      throw conflict(`environment "${grant.environmentKey}" is the last one of its project`);
    }
    const before = await readEnvironment(tx, grant);
    await deleteEnvironmentRow(tx, grant);
    await recordChange(tx, ctx, grant, {
      action: 'environment.delete',
      target: { type: 'environment', key: grant.environmentKey },
      before,
      after: null,
      environmentId: grant.environmentId,
    });
  });
}

import type { Grant } from '../../domain/grant.js';
import { versionStale } from '../../domain/refusals.js';
import { lockProject, saveProject } from '../../store/project-store.js';
import { type ProjectView, readProject } from '../../store/read-models/project-view.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';

export interface UpdateProject {
  /** The version that the editor saw. */
  readonly version: number;
  readonly name: string;
}

export async function updateProject(
  ctx: Ctx,
  grant: Grant<'project:write'>,
  input: UpdateProject,
): Promise<ProjectView> {
  return inTransaction(ctx, async (tx) => {
    const row = await lockProject(tx, grant);
    const before = await readProject(tx, grant);
    if (row.version !== input.version) {
      throw versionStale('project', row.key, input.version, before);
    }
    if (row.name === input.name) return before;
    await saveProject(tx, grant, { name: input.name });
    const after = await readProject(tx, grant);
    await recordChange(tx, ctx, grant, {
      action: 'project.update',
      target: { type: 'project', key: row.key },
      before,
      after,
    });
    return after;
  });
}

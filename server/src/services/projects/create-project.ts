import { ulid } from 'ulid';
import type { InstallationGrant } from '../../domain/grant.js';
import { problemOfProjectKey } from '../../domain/project-key.js';
import { invalid } from '../../domain/refusals.js';
import { insertEnvironment } from '../../store/environment-store.js';
import { insertProject } from '../../store/project-store.js';
import { type ProjectView, readProject } from '../../store/read-models/project-view.js';
import { grantOfNewProject } from '../authorize.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';

export interface CreateProject {
  readonly key: string;
  readonly name?: string | undefined;
}

/** The environments that most teams would create first. */
const FIRST_ENVIRONMENTS = [
  { key: 'development', name: 'Development', protected: false },
  { key: 'staging', name: 'Staging', protected: false },
  { key: 'production', name: 'Production', protected: true },
];

export async function createProject(
  ctx: Ctx,
  grant: InstallationGrant,
  input: CreateProject,
): Promise<ProjectView> {
  const problem = problemOfProjectKey(input.key);
  if (problem !== null) throw invalid([{ pointer: '/key', message: problem }]);
  return inTransaction(ctx, async (tx) => {
    const id = ulid();
    await insertProject(tx, { id, key: input.key, name: input.name ?? input.key });
    for (const [position, environment] of FIRST_ENVIRONMENTS.entries()) {
      const drawn = { id: ulid(), epoch: ulid(), projectId: id, position };
      await insertEnvironment(tx, { ...environment, ...drawn });
    }
    const created = grantOfNewProject(grant, { id, key: input.key });
    const after = await readProject(tx, created);
    await recordChange(tx, ctx, created, {
      action: 'project.create',
      target: { type: 'project', key: input.key },
      before: null,
      after,
    });
    return after;
  });
}

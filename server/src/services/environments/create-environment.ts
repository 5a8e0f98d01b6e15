import { ulid } from 'ulid';
import type { Grant } from '../../domain/grant.js';
import { copyConfigsAsOff, insertEnvironment } from '../../store/environment-store.js';
import { listEnvironments, lockProject } from '../../store/project-store.js';
import { type EnvironmentView, readEnvironment } from '../../store/read-models/environment-view.js';
import { withEnvironment } from '../authorize.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';

export interface CreateEnvironment {
  readonly key: string;
  readonly name?: string | undefined;
  readonly protected?: boolean | undefined;
}

/** Creates an environment with every flag of the project, each of them off. */
export async function createEnvironment(
  ctx: Ctx,
  grant: Grant<'environment:write'>,
  input: CreateEnvironment,
): Promise<EnvironmentView> {
  return inTransaction(ctx, async (tx) => {
    await lockProject(tx, grant);
    const others = await listEnvironments(tx, grant.projectId);
    const id = ulid();
    await insertEnvironment(tx, {
      id,
      projectId: grant.projectId,
      key: input.key,
      name: input.name ?? input.key,
      protected: input.protected ?? false,
      position: Math.max(-1, ...others.map((other) => other.position)) + 1,
      epoch: ulid(),
    });
    const [first] = others;
    if (first) await copyConfigsAsOff(tx, grant, { from: first.id, to: id });
    const after = await readEnvironment(tx, withEnvironment(grant, { id, key: input.key }));
    await recordChange(tx, ctx, grant, {
      action: 'environment.create',
      target: { type: 'environment', key: input.key },
      before: null,
      after,
      environmentId: id,
    });
    return after;
  });
}

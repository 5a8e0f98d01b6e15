import { SYSTEM } from '../../server/src/domain/actor.js';
import type { EnvironmentGrant, Grant } from '../../server/src/domain/grant.js';
import { authorize, authorizeInstallation } from '../../server/src/services/authorize.js';
import type { Ctx } from '../../server/src/services/context.js';
import { createProject } from '../../server/src/services/projects/create-project.js';
import type { Db } from '../../server/src/store/db.js';

/** For tests that call verbs without HTTP around them. */
export function contextOn(db: Db, name = 'somebody'): Ctx {
  return {
    actor: { ...SYSTEM, name },
    requestId: 'request',
    db,
    now: () => new Date('2026-03-01T12:00:00.000Z'),
    nudge: () => {},
    assertSpace: () => {},
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a test may do everything.
export type AnyGrant = Grant<any> & EnvironmentGrant<any>;

/** A new project and a grant for everything in its production environment. */
export async function grantOnNewProject(ctx: Ctx, project: string): Promise<AnyGrant> {
  await createProject(ctx, authorizeInstallation(ctx), { key: project });
  return grantOn(ctx, project);
}

export async function grantOn(
  ctx: Ctx,
  project: string,
  environment = 'production',
): Promise<AnyGrant> {
  return authorize(ctx, 'flag:write', { project, environment });
}

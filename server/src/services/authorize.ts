import type { Actor } from '../domain/actor.js';
import { AppError } from '../domain/errors.js';
import type {
  AccountGrant,
  EnvironmentGrant,
  Grant,
  InstallationGrant,
  Permission,
  Sight,
} from '../domain/grant.js';
import { findPlace } from '../store/project-store.js';
import type { Ctx } from './context.js';

export type { EnvironmentGrant, Grant, InstallationGrant, Permission } from '../domain/grant.js';

/** Throws NOT_FOUND for what does not exist or is out of the actor's sight. */
export async function authorize<P extends Permission>(
  ctx: Ctx,
  permission: P,
  scope: { project: string; environment: string },
): Promise<EnvironmentGrant<P>>;
export async function authorize<P extends Permission>(
  ctx: Ctx,
  permission: P,
  scope: { project: string },
): Promise<Grant<P>>;
export async function authorize<P extends Permission>(
  ctx: Ctx,
  _permission: P,
  scope: { project: string; environment?: string },
): Promise<Grant<P>> {
  const { project, environment } = await findPlace(ctx.db, scope);
  if (!project || !mayEnter(ctx.actor, project.id)) {
    throw new AppError('NOT_FOUND', `project "${scope.project}" does not exist`);
  }
  const grant = { projectId: project.id, projectKey: project.key } as Grant<P>;
  if (scope.environment === undefined) return grant;
  if (!environment) {
    throw new AppError('NOT_FOUND', `environment "${scope.environment}" does not exist`);
  }
  return withEnvironment(grant, environment);
}

/** For what belongs to no project: a key of one project may not. */
export function authorizeInstallation(ctx: Ctx): InstallationGrant {
  if (sightOf(ctx.actor).projectId === null) return {} as InstallationGrant;
  throw new AppError('FORBIDDEN', 'a key of one project may not do this for the installation');
}

/** For what people do with their own account; a key has none. */
export function authorizeAccount({ actor }: Ctx): AccountGrant {
  if (actor.kind === 'user') return { userId: actor.id } as AccountGrant;
  throw new AppError('FORBIDDEN', 'only a person who is signed in has an account');
}

/** Whoever may make projects may fill the one just made. */
export function grantOfNewProject(
  _grant: InstallationGrant,
  project: { readonly id: string; readonly key: string },
): Grant {
  return { projectId: project.id, projectKey: project.key } as Grant;
}

/** The same right, in one environment of its project. */
export function withEnvironment<P extends Permission>(
  grant: Grant<P>,
  environment: { readonly id: string; readonly key: string },
): EnvironmentGrant<P> {
  return { ...grant, environmentId: environment.id, environmentKey: environment.key };
}

/** Which projects the actor may see at all. */
export function sightOf(actor: Actor): Sight {
  return { projectId: actor.kind === 'apiKey' ? actor.projectId : null } as Sight;
}

function mayEnter(actor: Actor, projectId: string): boolean {
  const sight = sightOf(actor).projectId;
  return sight === null || sight === projectId;
}

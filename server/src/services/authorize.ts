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

/** Throws NOT_FOUND when the project does not exist or the actor may not see it. */
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

/** For actions outside of any project. A key of one project is rejected. */
export function authorizeInstallation(ctx: Ctx): InstallationGrant {
  if (sightOf(ctx.actor).projectId === null) return {} as InstallationGrant;
  throw new AppError('FORBIDDEN', 'a key of one project may not do this for the installation');
}

/** For actions of users on their own account. A key has no account, so it is rejected. */
export function authorizeAccount({ actor }: Ctx): AccountGrant {
  if (actor.kind === 'user') return { userId: actor.id } as AccountGrant;
  throw new AppError('FORBIDDEN', 'only a person who is signed in has an account');
}

/** An actor that may create projects may also fill the one it has just created. */
export function grantOfNewProject(
  _grant: InstallationGrant,
  project: { readonly id: string; readonly key: string },
): Grant {
  return { projectId: project.id, projectKey: project.key } as Grant;
}

/** Narrows a grant to one environment of its project. */
export function withEnvironment<P extends Permission>(
  grant: Grant<P>,
  environment: { readonly id: string; readonly key: string },
): EnvironmentGrant<P> {
  return { ...grant, environmentId: environment.id, environmentKey: environment.key };
}

/** The projects that the actor may see. */
export function sightOf(actor: Actor): Sight {
  return { projectId: actor.kind === 'apiKey' ? actor.projectId : null } as Sight;
}

function mayEnter(actor: Actor, projectId: string): boolean {
  const sight = sightOf(actor).projectId;
  return sight === null || sight === projectId;
}

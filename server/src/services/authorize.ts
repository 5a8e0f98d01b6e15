import type { Actor } from '../domain/actor.js';
import { AppError } from '../domain/errors.js';
import { findEnvironment, findProject } from '../store/project-store.js';
import type { Ctx } from './context.js';

export type Permission =
  | 'installation:manage'
  | 'project:read'
  | 'project:write'
  | 'environment:write'
  | 'flag:read'
  | 'flag:write'
  | 'flag:kill'
  | 'segment:write'
  | 'key:read'
  | 'key:write'
  | 'audit:read';

declare const granted: unique symbol;

/**
 * Proof that the actor may do `P` here. Stores take a grant instead of an id and put its ids into
 * the WHERE clause, so a forgotten check does not compile and a foreign id finds nothing.
 */
export interface Grant<P extends Permission = Permission> {
  readonly [granted]: P;
  readonly projectId: string;
  readonly projectKey: string;
}

export interface EnvironmentGrant<P extends Permission = Permission> extends Grant<P> {
  readonly environmentId: string;
  readonly environmentKey: string;
}

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
  const project = await findProject(ctx.db, scope.project);
  if (!project || !mayEnter(ctx.actor, project.id)) {
    throw new AppError('NOT_FOUND', `project "${scope.project}" does not exist`);
  }
  const grant = { projectId: project.id, projectKey: project.key };
  if (scope.environment === undefined) return grant as Grant<P>;
  const environment = await findEnvironment(ctx.db, project.id, scope.environment);
  if (!environment) {
    throw new AppError('NOT_FOUND', `environment "${scope.environment}" does not exist`);
  }
  return {
    ...grant,
    environmentId: environment.id,
    environmentKey: environment.key,
  } as EnvironmentGrant<P>;
}

function mayEnter(actor: Actor, projectId: string): boolean {
  return actor.kind !== 'apiKey' || actor.projectId === null || actor.projectId === projectId;
}

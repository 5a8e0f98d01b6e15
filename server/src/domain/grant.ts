export type Permission =
  | 'installation:manage'
  | 'project:read'
  | 'project:write'
  | 'environment:write'
  | 'flag:read'
  | 'flag:write'
  | 'flag:kill'
  | 'release:write'
  | 'segment:write'
  | 'metric:write'
  | 'source:write'
  | 'template:write'
  | 'window:write'
  | 'webhook:write'
  | 'marker:write'
  | 'key:read'
  | 'key:write'
  | 'audit:read';

declare const granted: unique symbol;

/** Proof that the actor may administer the whole installation. */
export interface InstallationGrant {
  readonly [granted]: 'installation:manage';
}

/** Proof that the actor is the owner of this account. */
export interface AccountGrant {
  readonly [granted]: 'account:own';
  readonly userId: string;
}

/** The projects that the actor may see; `projectId` null: all. */
export interface Sight {
  readonly [granted]: 'project:read';
  readonly projectId: string | null;
}

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

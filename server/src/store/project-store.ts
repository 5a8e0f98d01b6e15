import { and, asc, eq, sql } from 'drizzle-orm';
import type { Grant } from '../domain/grant.js';
import { alreadyExists, notFound } from '../domain/refusals.js';
import type { Db, Tx } from './db.js';
import { environments, flagConfigs, projects } from './schema/index.js';
import { refuseDuplicate } from './unique-violation.js';

export type ProjectRow = typeof projects.$inferSelect;
export type EnvironmentRow = typeof environments.$inferSelect;

/** Finds a project and, when given, its environment; each may be missing. */
export async function findPlace(
  db: Db | Tx,
  { project, environment = '' }: { readonly project: string; readonly environment?: string },
): Promise<{ readonly project?: ProjectRow; readonly environment?: EnvironmentRow | null }> {
  const [place = {}] = await db
    .select({ project: projects, environment: environments })
    .from(projects)
    .leftJoin(
      environments,
      and(eq(environments.projectId, projects.id), eq(environments.key, environment)),
    )
    .where(eq(projects.key, project));
  return place;
}

export async function listEnvironments(
  db: Db | Tx,
  projectId: string,
): Promise<readonly EnvironmentRow[]> {
  return db
    .select()
    .from(environments)
    .where(eq(environments.projectId, projectId))
    .orderBy(asc(environments.position), asc(environments.id));
}

/**
 * Makes writers of one project's definitions wait for each other, because limits, parents and
 * segments reach across rows. Kills never take this lock, and rows that point here stay writable.
 */
export async function lockProject(tx: Tx, grant: Grant): Promise<ProjectRow> {
  const [row] = await tx
    .select()
    .from(projects)
    .where(eq(projects.id, grant.projectId))
    .for('no key update');
  if (!row) throw notFound('project', grant.projectKey);
  return row;
}

export async function insertProject(
  tx: Tx,
  project: Pick<ProjectRow, 'id' | 'key' | 'name'>,
): Promise<void> {
  await refuseDuplicate(tx.insert(projects).values(project), 'projects_key_unique', () =>
    alreadyExists('project', project.key),
  );
}

export async function saveProject(tx: Tx, grant: Grant, change: { name: string }): Promise<void> {
  await tx
    .update(projects)
    .set({ ...change, version: sql`${projects.version} + 1` })
    .where(eq(projects.id, grant.projectId));
}

/** Deletes configs first, because a kill also locks them before an environment's row. */
export async function deleteProjectRow(tx: Tx, grant: Grant): Promise<void> {
  await tx.delete(flagConfigs).where(eq(flagConfigs.projectId, grant.projectId));
  await tx.delete(projects).where(eq(projects.id, grant.projectId));
}

import { and, asc, eq } from 'drizzle-orm';
import type { Db, Tx } from './db.js';
import { environments, projects } from './schema/index.js';

export type ProjectRow = typeof projects.$inferSelect;
export type EnvironmentRow = typeof environments.$inferSelect;

export async function findProject(db: Db | Tx, key: string): Promise<ProjectRow | undefined> {
  const [row] = await db.select().from(projects).where(eq(projects.key, key));
  return row;
}

export async function findEnvironment(
  db: Db | Tx,
  projectId: string,
  key: string,
): Promise<EnvironmentRow | undefined> {
  const [row] = await db
    .select()
    .from(environments)
    .where(and(eq(environments.projectId, projectId), eq(environments.key, key)));
  return row;
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

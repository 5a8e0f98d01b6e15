import { asc, eq, inArray } from 'drizzle-orm';
import type { Grant, Sight } from '../../domain/grant.js';
import { groupBy } from '../../domain/group-by.js';
import { notFound } from '../../domain/refusals.js';
import type { Db, Tx } from '../db.js';
import { environments, projects } from '../schema/index.js';
import { type EnvironmentView, toEnvironmentView } from './environment-view.js';
import { mapPage, type Page, type PageQuery, pageByKey } from './page.js';

export interface ProjectView {
  readonly key: string;
  readonly name: string;
  readonly version: number;
  readonly createdAt: string;
  readonly environments: readonly EnvironmentView[];
}

type ProjectRow = typeof projects.$inferSelect;

export async function readProject(db: Db | Tx, grant: Grant): Promise<ProjectView> {
  const [row] = await db.select().from(projects).where(eq(projects.id, grant.projectId));
  if (!row) throw notFound('project', grant.projectKey);
  const byProject = await readEnvironments(db, [row.id]);
  return toProjectView(row, byProject.get(row.id) ?? []);
}

export async function pageOfProjects(
  db: Db,
  sight: Sight,
  query: PageQuery,
): Promise<Page<ProjectView>> {
  const isSeen = sight.projectId === null ? undefined : eq(projects.id, sight.projectId);
  const page = await pageByKey(db.select().from(projects).$dynamic(), projects.key, isSeen, query);
  const byProject = await readEnvironments(
    db,
    page.items.map((row) => row.id),
  );
  return mapPage(page, (row) => toProjectView(row, byProject.get(row.id) ?? []));
}

async function readEnvironments(
  db: Db | Tx,
  projectIds: readonly string[],
): Promise<ReadonlyMap<string, readonly EnvironmentView[]>> {
  if (projectIds.length === 0) return new Map();
  const rows = await db
    .select()
    .from(environments)
    .where(inArray(environments.projectId, [...projectIds]))
    .orderBy(asc(environments.position), asc(environments.id));
  const byProject = groupBy(rows, (row) => row.projectId);
  return new Map([...byProject].map(([id, group]) => [id, group.map(toEnvironmentView)]));
}

function toProjectView(row: ProjectRow, views: readonly EnvironmentView[]): ProjectView {
  return {
    key: row.key,
    name: row.name,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    environments: views,
  };
}

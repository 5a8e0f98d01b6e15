import { and, asc, eq, gt } from 'drizzle-orm';
import type { EnvironmentGrant, Grant } from '../../domain/grant.js';
import { notFound } from '../../domain/refusals.js';
import type { Db, Tx } from '../db.js';
import { environments } from '../schema/index.js';
import { mapPage, numberOfCursor, type Page, type PageQuery, toPage } from './page.js';

export interface EnvironmentView {
  readonly key: string;
  readonly name: string;
  readonly protected: boolean;
  readonly position: number;
  readonly version: number;
  readonly epoch: string;
  readonly revision: number;
  readonly revisedAt: string;
  readonly createdAt: string;
}

type EnvironmentRow = typeof environments.$inferSelect;

export async function readEnvironment(
  db: Db | Tx,
  grant: EnvironmentGrant,
): Promise<EnvironmentView> {
  const [row] = await db
    .select()
    .from(environments)
    .where(
      and(eq(environments.projectId, grant.projectId), eq(environments.id, grant.environmentId)),
    );
  if (!row) throw notFound('environment', grant.environmentKey);
  return toEnvironmentView(row);
}

/** In the order that people gave them, which is also unique in a project. */
export async function pageOfEnvironments(
  db: Db,
  grant: Grant,
  query: PageQuery,
): Promise<Page<EnvironmentView>> {
  const after = numberOfCursor(query.cursor);
  const rows = await db
    .select()
    .from(environments)
    .where(
      and(
        eq(environments.projectId, grant.projectId),
        after === undefined ? undefined : gt(environments.position, after),
      ),
    )
    .orderBy(asc(environments.position), asc(environments.id))
    .limit(query.limit + 1);
  const page = toPage(rows, query.limit, (row) => String(row.position));
  return mapPage(page, toEnvironmentView);
}

export function toEnvironmentView(row: EnvironmentRow): EnvironmentView {
  return {
    key: row.key,
    name: row.name,
    protected: row.protected,
    position: row.position,
    version: row.version,
    epoch: row.epoch,
    revision: row.revision,
    revisedAt: row.revisedAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
  };
}

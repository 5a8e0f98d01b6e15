import { and, eq } from 'drizzle-orm';
import type { Grant } from '../../domain/grant.js';
import { notFound } from '../../domain/refusals.js';
import type { SourceKind } from '../../domain/sources/measurement.js';
import type { Db, Tx } from '../db.js';
import { sources } from '../schema/index.js';
import { mapPage, type Page, type PageQuery, pageByKey } from './page.js';

export interface SourceView {
  readonly key: string;
  readonly name: string;
  readonly kind: SourceKind;
  readonly url: string;
  /** Whether a secret is sent along; which one is never shown. */
  readonly hasAuthorization: boolean;
  readonly timeoutMs: number;
  readonly enabled: boolean;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export async function readSource(db: Db | Tx, grant: Grant, key: string): Promise<SourceView> {
  const [row] = await db
    .select()
    .from(sources)
    .where(and(eq(sources.projectId, grant.projectId), eq(sources.key, key)));
  if (!row) throw notFound('source', key);
  return toSourceView(row);
}

export async function pageOfSources(
  db: Db,
  grant: Grant,
  query: PageQuery,
): Promise<Page<SourceView>> {
  const isOwn = eq(sources.projectId, grant.projectId);
  const page = await pageByKey(db.select().from(sources).$dynamic(), sources.key, isOwn, query);
  return mapPage(page, toSourceView);
}

function toSourceView(row: typeof sources.$inferSelect): SourceView {
  const { key, name, kind, url, timeoutMs, enabled, version } = row;
  return {
    ...{ key, name, kind, url, hasAuthorization: row.authorization !== null },
    ...{ timeoutMs, enabled, version },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

import { and, asc, eq, sql } from 'drizzle-orm';
import type { Grant } from '../domain/grant.js';
import type { SourceKind } from '../domain/sources/measurement.js';
import { type Bumped, collectionStore, type Owned } from './collection-store.js';
import type { Tx } from './db.js';
import { metrics, sources } from './schema/index.js';

export type SourceRow = typeof sources.$inferSelect;
type SourceFields = Pick<SourceRow, 'name' | 'url' | 'authorization' | 'timeoutMs' | 'enabled'>;
type NewSource = SourceFields & Pick<SourceRow, 'kind'>;

export interface SourceView {
  readonly key: string;
  readonly name: string;
  readonly kind: SourceKind;
  readonly url: string;
  /** Whether queries carry a secret; the secret itself is never shown. */
  readonly hasAuthorization: boolean;
  readonly timeoutMs: number;
  readonly enabled: boolean;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export const sourceStore = collectionStore({
  noun: 'source',
  table: sources,
  select: (db) => db.select().from(sources).$dynamic(),
  insert: (tx, row: NewSource & Owned) => tx.insert(sources).values(row),
  update: (tx, change: SourceFields & Bumped) => tx.update(sources).set(change),
  viewer: () => toView,
});

export async function listSourceKeys(tx: Tx, grant: Grant): Promise<readonly string[]> {
  const rows = await tx
    .select({ key: sources.key })
    .from(sources)
    .where(eq(sources.projectId, grant.projectId));
  return rows.map(({ key }) => key);
}

/** Names the metrics that query the source. */
export async function listMetricsFrom(
  tx: Tx,
  grant: Grant,
  key: string,
): Promise<readonly string[]> {
  const rows = await tx
    .select({ key: metrics.key })
    .from(metrics)
    .where(
      and(eq(metrics.projectId, grant.projectId), sql`${metrics.definition} ->> 'source' = ${key}`),
    )
    .orderBy(asc(metrics.key));
  return rows.map((row) => `the metric "${row.key}"`);
}

function toView(row: SourceRow): SourceView {
  const { key, name, kind, url, timeoutMs, enabled, version } = row;
  return {
    ...{ key, name, kind, url, hasAuthorization: row.authorization !== null },
    ...{ timeoutMs, enabled, version },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

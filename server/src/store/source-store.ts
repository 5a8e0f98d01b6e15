import { and, asc, eq, sql } from 'drizzle-orm';
import type { Grant } from '../domain/grant.js';
import { alreadyExists, notFound } from '../domain/refusals.js';
import type { Db, Tx } from './db.js';
import { metrics, sources } from './schema/index.js';
import { refuseDuplicate } from './unique-violation.js';

export type SourceRow = typeof sources.$inferSelect;
export type SourceChange = Pick<
  SourceRow,
  'name' | 'url' | 'authorization' | 'timeoutMs' | 'enabled'
>;

export async function insertSource(
  tx: Tx,
  grant: Grant,
  source: SourceChange & Pick<SourceRow, 'id' | 'key' | 'kind'>,
): Promise<void> {
  await refuseDuplicate(
    tx.insert(sources).values({ ...source, projectId: grant.projectId }),
    'sources_key_unique',
    () => alreadyExists('source', source.key),
  );
}

export async function lockSource(tx: Tx, grant: Grant, key: string): Promise<SourceRow> {
  const [row] = await tx.select().from(sources).where(isSource(grant, key)).for('update');
  if (!row) throw notFound('source', key);
  return row;
}

/** With its secret: to ask it, never to show it. */
export async function findSource(db: Db, grant: Grant, key: string): Promise<SourceRow> {
  const [row] = await db.select().from(sources).where(isSource(grant, key));
  if (!row) throw notFound('source', key);
  return row;
}

export async function saveSource(
  tx: Tx,
  grant: Grant,
  key: string,
  change: SourceChange,
): Promise<void> {
  await tx
    .update(sources)
    .set({ ...change, version: sql`${sources.version} + 1`, updatedAt: sql`now()` })
    .where(isSource(grant, key));
}

export async function deleteSourceRow(tx: Tx, grant: Grant, key: string): Promise<void> {
  await tx.delete(sources).where(isSource(grant, key));
}

/** Metrics that are read from it. */
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

function isSource(grant: Grant, key: string) {
  return and(eq(sources.projectId, grant.projectId), eq(sources.key, key));
}

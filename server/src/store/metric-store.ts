import { and, eq, sql } from 'drizzle-orm';
import type { Grant } from '../domain/grant.js';
import { alreadyExists, notFound } from '../domain/refusals.js';
import { OPEN_STATES } from '../domain/releases/release.js';
import type { Tx } from './db.js';
import { nameReleases } from './release-users.js';
import { metrics, releases, sources } from './schema/index.js';
import { refuseDuplicate } from './unique-violation.js';

export type MetricRow = typeof metrics.$inferSelect;
export type MetricChange = Pick<MetricRow, 'name' | 'description' | 'definition'>;

export async function insertMetric(
  tx: Tx,
  grant: Grant,
  metric: MetricChange & Pick<MetricRow, 'id' | 'key'>,
): Promise<void> {
  await refuseDuplicate(
    tx.insert(metrics).values({ ...metric, projectId: grant.projectId }),
    'metrics_key_unique',
    () => alreadyExists('metric', metric.key),
  );
}

export async function lockMetric(tx: Tx, grant: Grant, key: string): Promise<MetricRow> {
  const [row] = await tx.select().from(metrics).where(isMetric(grant, key)).for('update');
  if (!row) throw notFound('metric', key);
  return row;
}

export async function saveMetric(
  tx: Tx,
  grant: Grant,
  key: string,
  change: MetricChange,
): Promise<void> {
  await tx
    .update(metrics)
    .set({ ...change, version: sql`${metrics.version} + 1`, updatedAt: sql`now()` })
    .where(isMetric(grant, key));
}

export async function deleteMetricRow(tx: Tx, grant: Grant, key: string): Promise<void> {
  await tx.delete(metrics).where(isMetric(grant, key));
}

export async function listSourceKeys(tx: Tx, grant: Grant): Promise<readonly string[]> {
  const rows = await tx
    .select({ key: sources.key })
    .from(sources)
    .where(eq(sources.projectId, grant.projectId));
  return rows.map(({ key }) => key);
}

/** Names of the releases that have a gate on this metric. Ended releases no longer need it. */
export async function listReleasesGatedBy(
  tx: Tx,
  grant: Grant,
  key: string,
): Promise<readonly string[]> {
  const gates = sql`json_array_elements(${releases.plan} -> 'gates') as gate`;
  const isGate = sql`exists (select from ${gates} where gate ->> 'metric' = ${key})`;
  return nameReleases(tx, grant, OPEN_STATES, isGate);
}

function isMetric(grant: Grant, key: string) {
  return and(eq(metrics.projectId, grant.projectId), eq(metrics.key, key));
}

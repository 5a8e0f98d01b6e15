import { eq } from 'drizzle-orm';
import { BUILT_IN_METRICS } from '../../domain/metrics/built-in-metrics.js';
import type { MetricDefinition } from '../../domain/metrics/metric.js';
import type { Db, Tx } from '../db.js';
import { metrics } from '../schema/index.js';

/** Every metric that a plan of the project may name. */
export async function readDefinitions(
  db: Db | Tx,
  projectId: string,
): Promise<Readonly<Record<string, MetricDefinition>>> {
  const rows = await db
    .select({ key: metrics.key, definition: metrics.definition })
    .from(metrics)
    .where(eq(metrics.projectId, projectId));
  return Object.fromEntries(
    [...rows, ...BUILT_IN_METRICS].map(({ key, definition }) => [key, definition]),
  );
}

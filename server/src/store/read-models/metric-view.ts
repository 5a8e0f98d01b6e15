import { and, eq } from 'drizzle-orm';
import type { Grant } from '../../domain/grant.js';
import { BUILT_IN_METRICS, type BuiltInMetric } from '../../domain/metrics/built-in-metrics.js';
import type { MetricDefinition } from '../../domain/metrics/metric.js';
import { notFound } from '../../domain/refusals.js';
import type { Db, Tx } from '../db.js';
import { metrics } from '../schema/index.js';
import { mapPage, mergeByKey, type Page, type PageQuery, pageByKey } from './page.js';

export interface MetricView {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly builtIn: boolean;
  readonly definition: MetricDefinition;
  readonly version: number;
  /** Null for what was always there. */
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
}

export async function readMetric(db: Db | Tx, grant: Grant, key: string): Promise<MetricView> {
  const builtIn = BUILT_IN_METRICS.find((metric) => metric.key === key);
  if (builtIn) return ofBuiltIn(builtIn);
  const [row] = await db
    .select()
    .from(metrics)
    .where(and(eq(metrics.projectId, grant.projectId), eq(metrics.key, key)));
  if (!row) throw notFound('metric', key);
  return ofRow(row);
}

/** By key, built-in ones among them. */
export async function pageOfMetrics(
  db: Db,
  grant: Grant,
  query: PageQuery,
): Promise<Page<MetricView>> {
  const isOwn = eq(metrics.projectId, grant.projectId);
  const page = await pageByKey(db.select().from(metrics).$dynamic(), metrics.key, isOwn, query);
  return mergeByKey(mapPage(page, ofRow), BUILT_IN_METRICS.map(ofBuiltIn), query);
}

function ofBuiltIn({ key, name, definition }: BuiltInMetric): MetricView {
  return {
    ...{ key, name, description: '', builtIn: true, definition },
    ...{ version: 1, createdAt: null, updatedAt: null },
  };
}

function ofRow(row: typeof metrics.$inferSelect): MetricView {
  const { key, name, description, definition, version } = row;
  return {
    ...{ key, name, description, builtIn: false, definition, version },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

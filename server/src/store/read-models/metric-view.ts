import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Grant } from '../../domain/grant.js';
import { BUILT_IN_METRICS, type BuiltInMetric } from '../../domain/metrics/built-in-metrics.js';
import type { MetricDefinition } from '../../domain/metrics/metric.js';
import { notFound } from '../../domain/refusals.js';
import type { Db, Tx } from '../db.js';
import { metrics } from '../schema/index.js';
import { type Page, type PageQuery, placeOfCursor, toPage } from './page.js';

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
  const after = placeOfCursor(query.cursor);
  const rows = await db
    .select()
    .from(metrics)
    .where(
      and(
        eq(metrics.projectId, grant.projectId),
        after === undefined ? undefined : gt(sql`${metrics.key} collate "C"`, after),
      ),
    )
    .orderBy(asc(sql`${metrics.key} collate "C"`))
    .limit(query.limit + 1);
  const builtIn = BUILT_IN_METRICS.filter(({ key }) => after === undefined || key > after);
  const all = [...builtIn.map(ofBuiltIn), ...rows.map(ofRow)];
  all.sort((a, b) => (a.key < b.key ? -1 : 1));
  return toPage(all, query.limit, ({ key }) => key);
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

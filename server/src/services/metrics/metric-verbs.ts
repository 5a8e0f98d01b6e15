import type { Grant } from '../../domain/grant.js';
import { BUILT_IN_METRICS } from '../../domain/metrics/built-in-metrics.js';
import type { MetricDefinition } from '../../domain/metrics/metric.js';
import { problemsOfMetric } from '../../domain/metrics/metric-problems.js';
import { alreadyExists, assertValid, conflict } from '../../domain/refusals.js';
import type { Tx } from '../../store/db.js';
import { listReleasesGatedBy, type MetricView, metricStore } from '../../store/metric-store.js';
import { listSourceKeys } from '../../store/source-store.js';
import { createItem, deleteItem, updateItem } from '../collection-verbs.js';
import type { Ctx } from '../context.js';

export const { get: getMetric, page: pageOfMetrics } = metricStore;

export interface CreateMetric {
  readonly key: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly definition: MetricDefinition;
}

export async function createMetric(
  ctx: Ctx,
  grant: Grant<'metric:write'>,
  { key, name = key, description = '', definition }: CreateMetric,
): Promise<MetricView> {
  const isTaken = BUILT_IN_METRICS.some((it) => it.key.toLowerCase() === key.toLowerCase());
  if (isTaken) throw alreadyExists('metric', key);
  return createItem(ctx, grant, metricStore, {
    key,
    async fields(tx) {
      await assertMetricValid(tx, grant, definition);
      return { name, description, definition };
    },
  });
}

export interface UpdateMetric {
  readonly key: string;
  /** The version that the editor saw. */
  readonly version: number;
  readonly name: string;
  readonly description: string;
  readonly definition: MetricDefinition;
}

/** Running releases keep the definition that they started with. */
export async function updateMetric(
  ctx: Ctx,
  grant: Grant<'metric:write'>,
  { key, version, name, description, definition }: UpdateMetric,
): Promise<MetricView> {
  assertNotBuiltIn(key);
  return updateItem(ctx, grant, metricStore, {
    key,
    version,
    async fields(tx) {
      await assertMetricValid(tx, grant, definition);
      return { name, description, definition };
    },
  });
}

/** Fails while a release that has not ended has a gate on the metric. */
export async function deleteMetric(
  ctx: Ctx,
  grant: Grant<'metric:write'>,
  { key }: { readonly key: string },
): Promise<void> {
  assertNotBuiltIn(key);
  await deleteItem(ctx, grant, metricStore, {
    key,
    usedBy: (tx) => listReleasesGatedBy(tx, grant, key),
  });
}

function assertNotBuiltIn(key: string): void {
  if (!BUILT_IN_METRICS.some((metric) => metric.key === key)) return;
  throw conflict(`metric "${key}" is built in: make one of your own under another key instead`);
}

async function assertMetricValid(tx: Tx, grant: Grant, definition: MetricDefinition) {
  assertValid(problemsOfMetric(definition, { sources: await listSourceKeys(tx, grant) }));
}

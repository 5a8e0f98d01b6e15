import { sql } from 'drizzle-orm';
import type { Grant } from '../domain/grant.js';
import { BUILT_IN_METRICS, type BuiltInMetric } from '../domain/metrics/built-in-metrics.js';
import type { MetricDefinition } from '../domain/metrics/metric.js';
import { OPEN_STATES } from '../domain/releases/release.js';
import { type Bumped, collectionStore, type Owned, withBuiltIn } from './collection-store.js';
import type { Tx } from './db.js';
import { nameReleases } from './release-users.js';
import { metrics, releases } from './schema/index.js';

type MetricRow = typeof metrics.$inferSelect;
type MetricFields = Pick<MetricRow, 'name' | 'description' | 'definition'>;

export interface MetricView {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly builtIn: boolean;
  readonly definition: MetricDefinition;
  readonly version: number;
  /** Null for a built-in metric. */
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
}

const stored = collectionStore({
  noun: 'metric',
  table: metrics,
  select: (db) => db.select().from(metrics).$dynamic(),
  insert: (tx, row: MetricFields & Owned) => tx.insert(metrics).values(row),
  update: (tx, change: MetricFields & Bumped) => tx.update(metrics).set(change),
  viewer: () => toView,
});

export const metricStore = withBuiltIn(stored, BUILT_IN_METRICS.map(viewBuiltIn));

/** Names the releases with a gate on this metric. Ended releases no longer need it. */
export async function listReleasesGatedBy(
  tx: Tx,
  grant: Grant,
  key: string,
): Promise<readonly string[]> {
  const gates = sql`json_array_elements(${releases.plan} -> 'gates') as gate`;
  const isGate = sql`exists (select from ${gates} where gate ->> 'metric' = ${key})`;
  return nameReleases(tx, grant, OPEN_STATES, isGate);
}

function viewBuiltIn({ key, name, definition }: BuiltInMetric): MetricView {
  return {
    ...{ key, name, description: '', builtIn: true, definition },
    ...{ version: 1, createdAt: null, updatedAt: null },
  };
}

function toView(row: MetricRow): MetricView {
  const { key, name, description, definition, version } = row;
  return {
    ...{ key, name, description, builtIn: false, definition, version },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

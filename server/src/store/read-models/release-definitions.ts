import { decodeSketch, Sketch } from '@sluice/sdk/protocol';
import { eq, sql } from 'drizzle-orm';
import { BUILT_IN_METRICS } from '../../domain/metrics/built-in-metrics.js';
import type { MetricDefinition } from '../../domain/metrics/metric.js';
import { eventSeries } from '../../domain/metrics/series.js';
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

export interface Baseline {
  /** Values of the last 24 hours. */
  readonly count: number;
  readonly p95: number | null;
}

/** What a metric's values were like before a release, from the sketches of every server. */
export async function readBaseline(
  db: Db | Tx,
  environmentId: string,
  metric: string,
): Promise<Baseline> {
  const rows = await db.execute<{ text: string }>(sql`
    select convert_from(sketch, 'UTF8') as text from metric_slots
    where environment_id = ${environmentId} and series = ${eventSeries(metric)}
      and at > now() - interval '24 hours' and sketch is not null`);
  const whole = new Sketch();
  for (const { text } of rows) {
    const sketch = decodeSketch(text);
    if (sketch) whole.merge(sketch);
  }
  return { count: whole.count, p95: whole.quantile(0.95) };
}

/** Evaluations of a flag in the last 24 hours, and over how many hours; by name, for the index. */
export async function readTraffic(
  db: Db | Tx,
  environmentId: string,
  flag: string,
): Promise<{ readonly evaluations: number; readonly hours: number }> {
  const [row] = await db.execute<{ evaluations: number; hours: number }>(sql`
    select coalesce(sum(count), 0)::float8 as evaluations,
      coalesce(extract(epoch from now() - min(at)) / 3600, 0)::float8 as hours
    from metric_slots
    where environment_id = ${environmentId} and at > now() - interval '24 hours'
      and series in (
        select concat('flag:', flags.key, ':', variant)
        from environments join flags on flags.project_id = environments.project_id,
          json_object_keys(flags.variants) as variant
        where environments.id = ${environmentId} and flags.key = ${flag}
      )`);
  return { evaluations: Number(row?.evaluations ?? 0), hours: Number(row?.hours ?? 0) };
}

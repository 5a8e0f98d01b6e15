import { isSame } from '../../domain/changed-fields.js';
import type { Grant } from '../../domain/grant.js';
import type { MetricDefinition } from '../../domain/metrics/metric.js';
import { problemsOfMetric } from '../../domain/metrics/metric-problems.js';
import { assertValid, versionStale } from '../../domain/refusals.js';
import { listSourceKeys, lockMetric, saveMetric } from '../../store/metric-store.js';
import { type MetricView, readMetric } from '../../store/read-models/metric-view.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { assertNotBuiltIn } from './assert-not-built-in.js';

export interface UpdateMetric {
  readonly key: string;
  /** The version that the editor saw. */
  readonly version: number;
  readonly name: string;
  readonly description: string;
  readonly definition: MetricDefinition;
}

/** Releases that run keep the definition that they began with. */
export async function updateMetric(
  ctx: Ctx,
  grant: Grant<'metric:write'>,
  input: UpdateMetric,
): Promise<MetricView> {
  const { key, version, name, description, definition } = input;
  assertNotBuiltIn(key);
  return inTransaction(ctx, async (tx) => {
    const row = await lockMetric(tx, grant, key);
    const before = await readMetric(tx, grant, key);
    if (row.version !== version) throw versionStale('metric', key, version, before);
    assertValid(problemsOfMetric(definition, { sources: await listSourceKeys(tx, grant) }));
    const change = { name, description, definition };
    if (isSame({ ...before, ...change }, before)) return before;
    await saveMetric(tx, grant, key, change);
    const after = await readMetric(tx, grant, key);
    await recordChange(tx, ctx, grant, {
      action: 'metric.update',
      target: { type: 'metric', key },
      before,
      after,
    });
    return after;
  });
}

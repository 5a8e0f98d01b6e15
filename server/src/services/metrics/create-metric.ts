import { ulid } from 'ulid';
import type { Grant } from '../../domain/grant.js';
import { BUILT_IN_METRICS } from '../../domain/metrics/built-in-metrics.js';
import type { MetricDefinition } from '../../domain/metrics/metric.js';
import { problemsOfMetric } from '../../domain/metrics/metric-problems.js';
import { alreadyExists, assertValid } from '../../domain/refusals.js';
import { insertMetric, listSourceKeys } from '../../store/metric-store.js';
import { type MetricView, readMetric } from '../../store/read-models/metric-view.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';

export interface CreateMetric {
  readonly key: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly definition: MetricDefinition;
}

export async function createMetric(
  ctx: Ctx,
  grant: Grant<'metric:write'>,
  input: CreateMetric,
): Promise<MetricView> {
  const { key, name = key, description = '', definition } = input;
  const isTaken = BUILT_IN_METRICS.some((it) => it.key.toLowerCase() === key.toLowerCase());
  if (isTaken) throw alreadyExists('metric', key);
  return inTransaction(ctx, async (tx) => {
    assertValid(problemsOfMetric(definition, { sources: await listSourceKeys(tx, grant) }));
    await insertMetric(tx, grant, { id: ulid(), key, name, description, definition });
    const after = await readMetric(tx, grant, key);
    await recordChange(tx, ctx, grant, {
      action: 'metric.create',
      target: { type: 'metric', key },
      before: null,
      after,
    });
    return after;
  });
}

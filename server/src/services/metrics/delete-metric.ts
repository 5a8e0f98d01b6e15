import type { Grant } from '../../domain/grant.js';
import { inUse } from '../../domain/refusals.js';
import { deleteMetricRow, listReleasesGatedBy, lockMetric } from '../../store/metric-store.js';
import { readMetric } from '../../store/read-models/metric-view.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { assertNotBuiltIn } from './assert-not-built-in.js';

/** Refused while a release that is not over has a gate on it. */
export async function deleteMetric(
  ctx: Ctx,
  grant: Grant<'metric:write'>,
  input: { readonly key: string },
): Promise<void> {
  const { key } = input;
  assertNotBuiltIn(key);
  await inTransaction(ctx, async (tx) => {
    await lockMetric(tx, grant, key);
    const users = await listReleasesGatedBy(tx, grant, key);
    if (users.length > 0) throw inUse('metric', key, users);
    const before = await readMetric(tx, grant, key);
    await deleteMetricRow(tx, grant, key);
    await recordChange(tx, ctx, grant, {
      action: 'metric.delete',
      target: { type: 'metric', key },
      before,
      after: null,
    });
  });
}

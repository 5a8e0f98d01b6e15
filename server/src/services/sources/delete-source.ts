import type { Grant } from '../../domain/grant.js';
import { inUse } from '../../domain/refusals.js';
import { readSource } from '../../store/read-models/source-view.js';
import { deleteSourceRow, listMetricsFrom, lockSource } from '../../store/source-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';

/** Refused while a metric is read from it. */
export async function deleteSource(
  ctx: Ctx,
  grant: Grant<'source:write'>,
  input: { readonly key: string },
): Promise<void> {
  const { key } = input;
  await inTransaction(ctx, async (tx) => {
    await lockSource(tx, grant, key);
    const users = await listMetricsFrom(tx, grant, key);
    if (users.length > 0) throw inUse('source', key, users);
    const before = await readSource(tx, grant, key);
    await deleteSourceRow(tx, grant, key);
    await recordChange(tx, ctx, grant, {
      action: 'source.delete',
      target: { type: 'source', key },
      before,
      after: null,
    });
  });
}

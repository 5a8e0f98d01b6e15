import type { Grant } from '../../domain/grant.js';
import { inUse } from '../../domain/refusals.js';
import { readWindow } from '../../store/read-models/window-view.js';
import { deleteWindowRow, listReleasesWithin, lockWindow } from '../../store/window-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';

/** Refused while a release that is not over may only rise inside it. */
export async function deleteWindow(
  ctx: Ctx,
  grant: Grant<'window:write'>,
  input: { readonly key: string },
): Promise<void> {
  const { key } = input;
  await inTransaction(ctx, async (tx) => {
    const { kind } = await lockWindow(tx, grant, key);
    const users = await listReleasesWithin(tx, grant, key);
    if (users.length > 0) throw inUse('window', key, users);
    const before = await readWindow(tx, grant, key);
    await deleteWindowRow(tx, grant, key);
    await recordChange(tx, ctx, grant, {
      action: `${kind}.delete`,
      target: { type: 'window', key },
      before,
      after: null,
    });
  });
}

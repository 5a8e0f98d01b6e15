import { ulid } from 'ulid';
import type { Grant } from '../../domain/grant.js';
import type { WindowInput } from '../../domain/windows/window-problems.js';
import { readWindow, type WindowView } from '../../store/read-models/window-view.js';
import { insertWindow } from '../../store/window-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { checkWindow } from './check-window.js';

export async function createWindow(
  ctx: Ctx,
  grant: Grant<'window:write'>,
  input: WindowInput & { readonly key: string },
): Promise<WindowView> {
  const { key } = input;
  return inTransaction(ctx, async (tx) => {
    await insertWindow(tx, grant, { id: ulid(), key, ...(await checkWindow(tx, grant, input)) });
    const after = await readWindow(tx, grant, key);
    await recordChange(tx, ctx, grant, {
      action: `${input.kind}.create`,
      target: { type: 'window', key },
      before: null,
      after,
    });
    return after;
  });
}

import { isSame } from '../../domain/changed-fields.js';
import type { Grant } from '../../domain/grant.js';
import { invalid, versionStale } from '../../domain/refusals.js';
import type { WindowInput } from '../../domain/windows/window-problems.js';
import { readWindow, type WindowView } from '../../store/read-models/window-view.js';
import { lockWindow, saveWindow } from '../../store/window-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { checkWindow } from './check-window.js';

export interface UpdateWindow extends WindowInput {
  readonly key: string;
  /** The version that the editor saw. */
  readonly version: number;
}

/** A window stays a window: releases that name it rely on its hours. */
export async function updateWindow(
  ctx: Ctx,
  grant: Grant<'window:write'>,
  input: UpdateWindow,
): Promise<WindowView> {
  const { key, version } = input;
  return inTransaction(ctx, async (tx) => {
    const row = await lockWindow(tx, grant, key);
    const before = await readWindow(tx, grant, key);
    if (row.version !== version) throw versionStale('window', key, version, before);
    if (row.kind !== input.kind) {
      const message = `must stay "${row.kind}": make a new one instead`;
      throw invalid([{ pointer: '/kind', message }]);
    }
    const change = await checkWindow(tx, grant, input);
    if (isSame(toJson({ ...row, ...change }), toJson(row))) return before;
    await saveWindow(tx, grant, key, change);
    const after = await readWindow(tx, grant, key);
    await recordChange(tx, ctx, grant, {
      action: `${input.kind}.update`,
      target: { type: 'window', key },
      before,
      after,
    });
    return after;
  });
}

/** Times as text, as they are compared. */
function toJson(row: object): unknown {
  return JSON.parse(JSON.stringify(row));
}

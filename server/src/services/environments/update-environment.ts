import type { EnvironmentGrant } from '../../domain/grant.js';
import { versionStale } from '../../domain/refusals.js';
import { lockEnvironment, saveEnvironment } from '../../store/environment-store.js';
import {
  type EnvironmentView,
  readEnvironment,
  toEnvironmentView,
} from '../../store/read-models/environment-view.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';

export interface UpdateEnvironment {
  /** The version that the editor saw. */
  readonly version: number;
  readonly name: string;
  readonly protected: boolean;
}

/** Changes nothing that SDKs receive, so the ruleset keeps its revision. */
export async function updateEnvironment(
  ctx: Ctx,
  grant: EnvironmentGrant<'environment:write'>,
  input: UpdateEnvironment,
): Promise<EnvironmentView> {
  return inTransaction(ctx, async (tx) => {
    const before = toEnvironmentView(await lockEnvironment(tx, grant));
    if (before.version !== input.version) {
      throw versionStale('environment', before.key, input.version, before);
    }
    if (before.name === input.name && before.protected === input.protected) return before;
    await saveEnvironment(tx, grant, { name: input.name, protected: input.protected });
    const after = await readEnvironment(tx, grant);
    await recordChange(tx, ctx, grant, {
      action: 'environment.update',
      target: { type: 'environment', key: before.key },
      before,
      after,
      environmentId: grant.environmentId,
    });
    return after;
  });
}

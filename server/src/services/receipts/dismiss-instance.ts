import { AppError } from '../../domain/errors.js';
import { deleteSilentInstance, hasInstance } from '../../store/instance-store.js';
import type { EnvironmentGrant } from '../authorize.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';

/** Removes a silent instance that will not return, so that it no longer counts as unconfirmed. */
export async function dismissInstance(
  ctx: Ctx,
  grant: EnvironmentGrant<'environment:write'>,
  input: { readonly id: string },
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const before = await deleteSilentInstance(tx, grant, input.id);
    if (!before) throw await refusal(tx, grant, input.id);
    await recordChange(tx, ctx, grant, {
      action: 'instance.dismiss',
      target: { type: 'instance', key: input.id },
      before,
      after: null,
      environmentId: grant.environmentId,
    });
  });
}

async function refusal(
  tx: Parameters<typeof hasInstance>[0],
  grant: EnvironmentGrant,
  id: string,
): Promise<AppError> {
  if (!(await hasInstance(tx, grant, id))) {
    return new AppError('NOT_FOUND', `instance "${id}" does not exist`);
  }
  const message = `instance "${id}" was seen within the last 90 seconds: it is not silent`;
  return new AppError('CONFLICT', message);
}

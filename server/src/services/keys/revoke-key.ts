import { AppError } from '../../domain/errors.js';
import type { Grant } from '../../domain/grant.js';
import { lockKey, markKeyRevoked } from '../../store/key-store.js';
import { type Ctx, inEssentialTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { toKeyDto } from './key-dto.js';

/** Permanent. Revoking a key again changes nothing. */
export async function revokeKey(
  ctx: Ctx,
  grant: Grant<'key:write'>,
  input: { readonly id: string },
): Promise<void> {
  await inEssentialTransaction(ctx, async (tx) => {
    const key = await lockKey(tx, grant, input.id);
    if (!key) throw new AppError('NOT_FOUND', `key "${input.id}" does not exist`);
    if (key.revokedAt !== null) return;
    const revokedAt = ctx.now();
    await markKeyRevoked(tx, grant, key.id, revokedAt);
    await recordChange(tx, ctx, grant, {
      action: 'key.revoke',
      target: { type: 'key', key: key.id },
      before: toKeyDto(key),
      after: toKeyDto({ ...key, revokedAt }),
      ...(key.environmentId === null ? {} : { environmentId: key.environmentId }),
    });
  });
}

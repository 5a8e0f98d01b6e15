import type { Grant } from '../../domain/grant.js';
import { type KeyPage, listKeys } from '../../store/key-store.js';
import type { Ctx } from '../context.js';
import { type KeyDto, toKeyDto } from './key-dto.js';

/** Newest first. Includes revoked keys, which show who had access. */
export async function findKeys(
  ctx: Ctx,
  grant: Grant<'key:read'>,
  page: KeyPage,
): Promise<KeyDto[]> {
  const rows = await listKeys(ctx.db, grant, page);
  return rows.map(toKeyDto);
}

import { AppError } from '../../domain/errors.js';
import { loadReceipts, type Receipts } from '../../store/read-models/receipts.js';
import type { EnvironmentGrant } from '../authorize.js';
import type { Ctx } from '../context.js';

export async function findReceipts(
  ctx: Ctx,
  grant: EnvironmentGrant<'flag:read'>,
  flagKey: string,
): Promise<Receipts> {
  const receipts = await loadReceipts(ctx.db, grant, flagKey);
  if (receipts) return receipts;
  throw new AppError('NOT_FOUND', `flag "${flagKey}" does not exist`);
}

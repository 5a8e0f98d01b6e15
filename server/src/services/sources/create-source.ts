import { ulid } from 'ulid';
import type { Grant } from '../../domain/grant.js';
import type { Outbound } from '../../domain/outbound/outbound.js';
import type { SourceInput } from '../../domain/sources/source-problems.js';
import { readSource, type SourceView } from '../../store/read-models/source-view.js';
import { insertSource } from '../../store/source-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { assertSourceValid } from './assert-source-valid.js';

export interface CreateSource extends SourceInput {
  readonly key: string;
  readonly name?: string | undefined;
  readonly timeoutMs: number;
  readonly enabled: boolean;
}

export async function createSource(
  ctx: Ctx,
  grant: Grant<'source:write'>,
  input: CreateSource,
  outbound: Outbound,
): Promise<SourceView> {
  await assertSourceValid(outbound, input);
  const { key, name = key, authorization = null } = input;
  return inTransaction(ctx, async (tx) => {
    await insertSource(tx, grant, { ...input, id: ulid(), name, authorization });
    const after = await readSource(tx, grant, key);
    await recordChange(tx, ctx, grant, {
      action: 'source.create',
      target: { type: 'source', key },
      before: null,
      after,
    });
    return after;
  });
}

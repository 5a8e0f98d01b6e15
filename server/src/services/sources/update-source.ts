import type { Grant } from '../../domain/grant.js';
import type { Outbound } from '../../domain/outbound/outbound.js';
import { invalid, versionStale } from '../../domain/refusals.js';
import { exampleUrlOf } from '../../domain/sources/source-problems.js';
import { readSource, type SourceView } from '../../store/read-models/source-view.js';
import { findSource, lockSource, type SourceRow, saveSource } from '../../store/source-store.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';
import { assertSourceValid } from './assert-source-valid.js';

export interface UpdateSource {
  readonly key: string;
  /** The version that the editor saw. */
  readonly version: number;
  readonly name: string;
  readonly url: string;
  /** Absent: as it is; null: none. */
  readonly authorization?: string | null | undefined;
  readonly timeoutMs: number;
  readonly enabled: boolean;
}

/** Its kind stays: the queries of metrics are written in its language. */
export async function updateSource(
  ctx: Ctx,
  grant: Grant<'source:write'>,
  input: UpdateSource,
  outbound: Outbound,
): Promise<SourceView> {
  const { key, version, name, url, timeoutMs, enabled } = input;
  const { kind } = await findSource(ctx.db, grant, key);
  await assertSourceValid(outbound, { ...input, kind });
  return inTransaction(ctx, async (tx) => {
    const row = await lockSource(tx, grant, key);
    const before = await readSource(tx, grant, key);
    if (row.version !== version) throw versionStale('source', key, version, before);
    assertSecretStaysHome(row, input);
    const authorization =
      input.authorization === undefined ? row.authorization : input.authorization;
    const change = { name, url, authorization, timeoutMs, enabled };
    if (hasAll(row, change)) return before;
    await saveSource(tx, grant, key, change);
    const after = await readSource(tx, grant, key);
    const secret = authorization === row.authorization ? {} : { authorization: 'changed' };
    await recordChange(tx, ctx, grant, {
      action: 'source.update',
      target: { type: 'source', key },
      before,
      after: { ...after, ...secret },
    });
    return after;
  });
}

/** Whoever may edit an address must not be able to have the secret sent to another host. */
function assertSecretStaysHome(row: SourceRow, input: UpdateSource): void {
  if (row.authorization === null || input.authorization !== undefined) return;
  if (originOf(row.url) === originOf(input.url)) return;
  const message = 'must be given again, or null, because the address leads to another host';
  throw invalid([{ pointer: '/authorization', message }]);
}

function originOf(url: string): string {
  return new URL(exampleUrlOf(url)).origin;
}

function hasAll<T extends object>(row: T, change: Partial<T>): boolean {
  return Object.entries(change).every(([name, value]) => row[name as keyof T] === value);
}

import type { Grant } from '../../domain/grant.js';
import type { Outbound } from '../../domain/outbound/outbound.js';
import { assertValid, invalid } from '../../domain/refusals.js';
import type { Measurement } from '../../domain/sources/measurement.js';
import {
  exampleUrlOf,
  problemsOfSource,
  type SourceInput,
} from '../../domain/sources/source-problems.js';
import type { Sources } from '../../domain/sources/sources.js';
import {
  listMetricsFrom,
  type SourceRow,
  type SourceView,
  sourceStore,
} from '../../store/source-store.js';
import { createItem, deleteItem, updateItem } from '../collection-verbs.js';
import type { Ctx } from '../context.js';

export const { get: getSource, page: pageOfSources } = sourceStore;

export interface CreateSource extends SourceInput {
  readonly key: string;
  readonly name?: string | undefined;
  readonly timeoutMs: number;
  readonly enabled: boolean;
}

export async function createSource(
  ctx: Ctx,
  grant: Grant<'source:write'>,
  { key, name = key, authorization = null, ...input }: CreateSource,
  outbound: Outbound,
): Promise<SourceView> {
  await assertSourceValid(outbound, { ...input, authorization });
  return createItem(ctx, grant, sourceStore, {
    key,
    fields: () => ({ ...input, name, authorization }),
  });
}

export interface UpdateSource {
  readonly key: string;
  /** The version that the editor saw. */
  readonly version: number;
  readonly name: string;
  readonly url: string;
  /** Undefined keeps the secret, null removes it. */
  readonly authorization?: string | null | undefined;
  readonly timeoutMs: number;
  readonly enabled: boolean;
}

/** The kind of a source stays, because the queries of metrics are written in its language. */
export async function updateSource(
  ctx: Ctx,
  grant: Grant<'source:write'>,
  input: UpdateSource,
  outbound: Outbound,
): Promise<SourceView> {
  const { key, version, name, url, timeoutMs, enabled } = input;
  const { kind } = await sourceStore.getRow(ctx.db, grant, key);
  await assertSourceValid(outbound, { ...input, kind });
  return updateItem(ctx, grant, sourceStore, {
    key,
    version,
    fields(_, row) {
      assertSecretStaysHome(row, input);
      const { authorization = row.authorization } = input;
      return { name, url, authorization, timeoutMs, enabled };
    },
    async effects(_, { authorization }) {
      const isKept = input.authorization === undefined || input.authorization === authorization;
      return isKept ? {} : { hidden: { authorization: 'changed' } };
    },
  });
}

/** Fails while a metric is read from the source. */
export async function deleteSource(
  ctx: Ctx,
  grant: Grant<'source:write'>,
  { key }: { readonly key: string },
): Promise<void> {
  await deleteItem(ctx, grant, sourceStore, {
    key,
    usedBy: (tx) => listMetricsFrom(tx, grant, key),
  });
}

const PLACEHOLDERS = { flag: 'test', release: 'test', environment: 'test' };

/** Queries a source once, enabled or not, with `test` for each placeholder. */
export async function testSource(
  ctx: Ctx,
  grant: Grant<'source:write'>,
  { key, query }: { readonly key: string; readonly query: string },
  sources: Sources,
): Promise<Measurement> {
  const source = await sourceStore.getRow(ctx.db, grant, key);
  return sources.read(source, query, PLACEHOLDERS);
}

/** Runs before the transaction, because it resolves a host name and that can take seconds. */
async function assertSourceValid(outbound: Outbound, input: SourceInput): Promise<void> {
  assertValid(problemsOfSource(input));
  const problem = await outbound.problemOfUrl(exampleUrlOf(input.url));
  assertValid(problem === null ? [] : [{ pointer: '/url', message: problem }]);
}

/** A caller who may edit an address must not be able to send the secret to another host. */
function assertSecretStaysHome(row: SourceRow, input: UpdateSource): void {
  if (row.authorization === null || input.authorization !== undefined) return;
  if (originOf(row.url) === originOf(input.url)) return;
  const message = 'must be given again, or null, because the address leads to another host';
  throw invalid([{ pointer: '/authorization', message }]);
}

function originOf(url: string): string {
  return new URL(exampleUrlOf(url)).origin;
}

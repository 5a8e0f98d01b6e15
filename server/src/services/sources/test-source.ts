import type { Grant } from '../../domain/grant.js';
import type { Measurement } from '../../domain/sources/measurement.js';
import type { Sources } from '../../domain/sources/sources.js';
import { findSource } from '../../store/source-store.js';
import type { Ctx } from '../context.js';

const PLACEHOLDERS = { flag: 'test', release: 'test', environment: 'test' };

/** Asks a source once, switched off or not; placeholders stand for `test`. */
export async function testSource(
  ctx: Ctx,
  grant: Grant<'source:write'>,
  input: { readonly key: string; readonly query: string },
  sources: Sources,
): Promise<Measurement> {
  const source = await findSource(ctx.db, grant, input.key);
  return sources.read(source, input.query, PLACEHOLDERS);
}

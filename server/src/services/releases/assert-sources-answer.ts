import type { FieldError } from '@sluice/sdk/protocol';
import type { EnvironmentGrant } from '../../domain/grant.js';
import { isTicked } from '../../domain/metrics/metric.js';
import { assertValid } from '../../domain/refusals.js';
import type { PlanInput } from '../../domain/releases/plan-input.js';
import type { Sources } from '../../domain/sources/sources.js';
import { readDefinitions } from '../../store/read-models/release-definitions.js';
import { readRelease } from '../../store/read-models/release-view.js';
import { readSources } from '../../store/read-models/tick-scene.js';
import type { Ctx } from '../context.js';
import { planOfInput } from './plan-of-input.js';

export interface SourcesToAsk {
  readonly flag: string;
  readonly plan: PlanInput;
  /** The release that already queries the gates of its plan at each tick. */
  readonly release?: string;
}

/** A query that fails would hold the release indefinitely, so it is rejected before the start. */
export async function assertSourcesAnswer(
  ctx: Ctx,
  grant: EnvironmentGrant,
  input: SourcesToAsk,
  sources: Sources,
): Promise<void> {
  assertValid(await problemsOfSources(ctx, grant, input, sources));
}

/** Call it outside a transaction, because a source can be slow. An answer without data is valid. */
export async function problemsOfSources(
  ctx: Ctx,
  grant: EnvironmentGrant,
  { flag, plan: input, release }: SourcesToAsk,
  { measure }: Sources,
): Promise<readonly FieldError[]> {
  const { plan } = await planOfInput(ctx.db, grant, input);
  const definitions = await readDefinitions(ctx.db, grant.projectId);
  const stored = await readSources(ctx.db, grant.projectId);
  const placeholders = { flag, release: release ?? 'preview', environment: grant.environmentKey };
  const before = release === undefined ? null : await readRelease(ctx.db, grant, flag, release);
  const known = new Set(before?.plan.gates.map(({ metric }) => metric));
  const asked = plan.gates.map(async ({ metric }, index): Promise<readonly FieldError[]> => {
    const definition = definitions[metric];
    if (definition === undefined || !isTicked(definition) || known.has(metric)) return [];
    const pointer = `/plan/gates/${index}/metric`;
    const source = stored.get(definition.source);
    if (source === undefined) {
      return [{ pointer, message: `its source "${definition.source}" does not exist` }];
    }
    const { status, message } = await measure(source, definition, placeholders);
    if (status !== 'ERROR') return [];
    const why = `source "${source.key}" does not answer: ${message ?? 'no reason given'}`;
    return [{ pointer, message: why }];
  });
  return (await Promise.all(asked)).flat();
}

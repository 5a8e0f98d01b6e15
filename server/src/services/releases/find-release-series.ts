import { SLOT_MS } from '@sluice/sdk/protocol';
import type { EnvironmentGrant } from '../../domain/grant.js';
import { invalid } from '../../domain/refusals.js';
import { type ReleasePoint, readReleaseSeries } from '../../store/read-models/metric-series.js';
import { readDefinitions } from '../../store/read-models/release-definitions.js';
import {
  type ReleaseQuantile,
  readReleaseQuantiles,
} from '../../store/read-models/release-quantiles.js';
import { readRelease } from '../../store/read-models/release-view.js';
import type { Ctx } from '../context.js';

export interface FindReleaseSeries {
  readonly flag: string;
  readonly release: string;
  readonly metric: string;
}

export interface ReleaseSeries {
  readonly metric: string;
  readonly points: readonly ReleasePoint[];
  /** Empty unless values of the metric are collected. Each covers a whole phase. */
  readonly quantiles: readonly ReleaseQuantile[];
}

/** One gate over time, for each phase and arm. Phases are never added up. */
export async function findReleaseSeries(
  ctx: Ctx,
  grant: EnvironmentGrant<'flag:read'>,
  { flag, release: id, metric }: FindReleaseSeries,
): Promise<ReleaseSeries> {
  const release = await readRelease(ctx.db, grant, flag, id);
  const definitions = await readDefinitions(ctx.db, grant.projectId);
  const definition = Object.hasOwn(definitions, metric) ? definitions[metric] : undefined;
  if (!definition) {
    const message = `query parameter "metric" must be one of the project's, got "${metric}"`;
    throw invalid([{ pointer: '', message }]);
  }
  const points = await readReleaseSeries(ctx.db, {
    environmentId: grant.environmentId,
    releaseId: id,
    ...{ phases: release.phases, metric, kind: definition.kind },
    from: startOfSlot(release.startedAt ?? release.createdAt),
    to: release.endedAt === null ? ctx.now() : new Date(release.endedAt),
  });
  return { metric, points, quantiles: await readReleaseQuantiles(ctx.db, id, metric) };
}

/** The first slot can begin before the release, so its start is rounded down. */
function startOfSlot(at: string): Date {
  return new Date(Math.floor(Date.parse(at) / SLOT_MS) * SLOT_MS);
}

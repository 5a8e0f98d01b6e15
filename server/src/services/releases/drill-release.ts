import type { EnvironmentGrant } from '../../domain/grant.js';
import { conflict, invalid, notFound } from '../../domain/refusals.js';
import { type DrillOutcome, drill } from '../../domain/releases/drill.js';
import { isWatched } from '../../domain/releases/release.js';
import type { Ctx } from '../context.js';
import { readRelease } from '../../store/read-models/release-view.js';
import { gatherScene } from './gather-scene.js';

export interface DrillInput {
  readonly flag: string;
  readonly release: string;
  readonly metric: string;
  readonly factor: number;
}

/** Computes whether the release would stop, and how fast, from a copy. Nothing is written. */
export async function drillRelease(
  ctx: Ctx,
  grant: EnvironmentGrant<'flag:read'>,
  input: DrillInput,
): Promise<DrillOutcome> {
  const { phases } = await readRelease(ctx.db, grant, input.flag, input.release);
  const scene = await gatherScene(ctx.db, input.release);
  if (!scene) throw notFound('release', input.release);
  const { release, totals, pinned, latches, now } = scene;
  if (!isWatched(release.state)) throw conflict('only a running release can be drilled');
  const { metric, factor } = input;
  const gates = [...pinned.compared, ...pinned.limits].map((gate) => gate.metric);
  if (!gates.includes(metric)) {
    const message = `must be a gate of this release that counts events: ${gates.join(', ')}`;
    throw invalid([{ pointer: '/metric', message }]);
  }
  const startedAt = new Date(phases.at(-1)?.startedAt ?? now);
  return drill({
    ...{ totals, pinned, latches, metric, factor },
    step: release.step,
    tickSeconds: release.plan.tickSeconds,
    phaseSeconds: (now.getTime() - startedAt.getTime()) / 1_000,
  });
}

import type { ReleaseMetric } from '@sluice/sdk/core';
import type { FieldError } from '@sluice/sdk/protocol';
import type { PinnedGates } from '../../domain/gates/evidence.js';
import { pinGates } from '../../domain/gates/pin-gates.js';
import type { EnvironmentGrant } from '../../domain/grant.js';
import type { MetricDefinition } from '../../domain/metrics/metric.js';
import { releaseMetrics } from '../../domain/releases/managed-rule.js';
import type { Move } from '../../domain/releases/moves.js';
import type { ReleasePlan } from '../../domain/releases/plan.js';
import type { Release } from '../../domain/releases/release.js';
import type { Db, Tx } from '../../store/db.js';
import { readDefinitions } from '../../store/read-models/release-definitions.js';
import { readBaseline } from '../../store/read-models/release-traffic.js';

/** Fewer requests than this are too few to estimate the 95th percentile. */
const HISTORY_MIN = 1_000;
/** The threshold of a service without a history. Any fixed threshold keeps the test valid. */
const THRESHOLD_MS = 1_000;

export interface PinnedRound {
  readonly pinned: PinnedGates;
  readonly metrics: readonly ReleaseMetric[];
}

/** Fixes the gates of a round, and the metrics that SDKs collect for them. */
export async function pinRound(
  tx: Tx,
  grant: EnvironmentGrant,
  plan: ReleasePlan,
  round: number,
): Promise<PinnedRound> {
  const { definitions } = await resolveGates(tx, grant, plan);
  const pinned = pinGates(plan, definitions, round);
  return { pinned, metrics: releaseMetrics(pinned, definitions) };
}

/** Pins the gates of a move that begins a new round, and returns the metrics that SDKs collect. */
export async function withPinnedGates(
  tx: Tx,
  grant: EnvironmentGrant,
  release: Pick<Release, 'plan'>,
  move: Move,
): Promise<{ readonly move: Move; readonly metrics?: readonly ReleaseMetric[] }> {
  const { round, plan = release.plan } = move.change;
  if (round === undefined) return { move };
  const { pinned, metrics } = await pinRound(tx, grant, plan, round);
  return { move: { ...move, change: { ...move.change, pinned } }, metrics };
}

/** Definitions of a plan's gates, with thresholds filled in. Pointers start with `/plan`. */
export async function resolveGates(db: Db | Tx, grant: EnvironmentGrant, plan: ReleasePlan) {
  const known = await readDefinitions(db, grant.projectId);
  const definitions: Record<string, MetricDefinition> = {};
  const warnings: FieldError[] = [];
  for (const [index, { metric }] of plan.gates.entries()) {
    const definition = known[metric];
    if (definition === undefined) continue;
    if (definition.kind !== 'slowShare' || definition.thresholdMs !== null) {
      definitions[metric] = definition;
      continue;
    }
    const { count, p95 } = await readBaseline(db, grant.environmentId, metric);
    const isKnown = count >= HISTORY_MIN && p95 !== null;
    definitions[metric] = { ...definition, thresholdMs: isKnown ? Math.ceil(p95) : THRESHOLD_MS };
    if (isKnown) continue;
    const message =
      `only ${count} of the ${HISTORY_MIN} requests of the last 24 hours that say what is slow: ` +
      `above ${THRESHOLD_MS} ms then, or make a metric with thresholdMs`;
    warnings.push({ pointer: `/plan/gates/${index}/metric`, message });
  }
  return { definitions, warnings };
}

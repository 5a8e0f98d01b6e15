import type { ReleaseMetric } from '@sluice/sdk/core';
import type { FieldError } from '@sluice/sdk/protocol';
import type { FrozenGates } from '../../domain/gates/evidence.js';
import { freezeGates } from '../../domain/gates/freeze-gates.js';
import type { EnvironmentGrant } from '../../domain/grant.js';
import type { MetricDefinition } from '../../domain/metrics/metric.js';
import { assertValid } from '../../domain/refusals.js';
import { releaseMetrics } from '../../domain/releases/managed-rule.js';
import type { ReleasePlan } from '../../domain/releases/plan.js';
import type { Db, Tx } from '../../store/db.js';
import { readBaseline, readDefinitions } from '../../store/read-models/release-definitions.js';

/** Fewer requests than this tell too little of the slowest twentieth. */
const HISTORY_MIN = 1_000;

export interface FrozenSegment {
  readonly frozen: FrozenGates;
  readonly metrics: readonly ReleaseMetric[];
}

/** What a segment is judged by from now on; refused where a threshold can come from nowhere. */
export async function freezeSegment(
  tx: Tx,
  grant: EnvironmentGrant,
  plan: ReleasePlan,
  segment: number,
): Promise<FrozenSegment> {
  const { definitions, problems } = await resolveGates(tx, grant, plan);
  assertValid(problems);
  const frozen = freezeGates(plan, definitions, segment);
  return { frozen, metrics: releaseMetrics(frozen, definitions) };
}

/** Definitions of a plan's gates with every number in them; pointers go into `/plan`. */
export async function resolveGates(db: Db | Tx, grant: EnvironmentGrant, plan: ReleasePlan) {
  const known = await readDefinitions(db, grant.projectId);
  const definitions: Record<string, MetricDefinition> = {};
  const problems: FieldError[] = [];
  for (const [index, { metric }] of plan.gates.entries()) {
    const definition = known[metric];
    if (definition === undefined) continue;
    const resolved = await withThreshold(db, grant, metric, definition);
    if (typeof resolved === 'object') definitions[metric] = resolved;
    else problems.push({ pointer: `/plan/gates/${index}/metric`, message: resolved });
  }
  return { definitions, problems };
}

/** The definition with every number in it, or why that cannot be. */
async function withThreshold(
  db: Db | Tx,
  grant: EnvironmentGrant,
  metric: string,
  definition: MetricDefinition,
): Promise<MetricDefinition | string> {
  if (definition.kind !== 'slowShare' || definition.thresholdMs !== null) return definition;
  const { count, p95 } = await readBaseline(db, grant.environmentId, metric);
  if (count >= HISTORY_MIN && p95 !== null) return { ...definition, thresholdMs: Math.ceil(p95) };
  return (
    `"${metric}" has no threshold, and only ${count} of the ${HISTORY_MIN} requests of the last ` +
    '24 hours that one could be taken from: make a metric of kind slowShare with thresholdMs'
  );
}

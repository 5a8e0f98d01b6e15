import { sql } from 'drizzle-orm';
import type { Latches, PinnedGates } from '../../domain/gates/evidence.js';
import { readLatches, readPinnedGates } from '../../domain/gates/stored.js';
import { BUILT_IN_METRICS } from '../../domain/metrics/built-in-metrics.js';
import type { GatePlan } from '../../domain/releases/plan.js';
import { ACTIVE_STATES, type ReleaseState } from '../../domain/releases/release.js';
import type { Db, Tx } from '../db.js';

/** One phase as the statistics see it. */
export interface PhaseRow {
  readonly phase: number;
  readonly segment: number;
  readonly step: number;
  readonly percent: number;
}

/** A release as far as counting for it and judging its counts needs to know it. */
export interface CountedRelease {
  readonly id: string;
  readonly environmentId: string;
  readonly isActive: boolean;
  readonly sample: number;
  readonly segment: number;
  readonly frozen: PinnedGates | null;
  readonly latches: Latches | null;
  readonly phases: readonly PhaseRow[];
  /** Segment by phase. */
  readonly segments: ReadonlyMap<number, number>;
  /** The metrics of its gates, and the built-in ones. */
  readonly metrics: ReadonlySet<string>;
  /** Those of its gates that may roll it back: the tripwire counts their warm-up too. */
  readonly rollbackMetrics: ReadonlySet<string>;
}

type Row = {
  readonly id: string;
  readonly environment_id: string;
  readonly state: ReleaseState;
  readonly sample: number;
  readonly segment: number;
  readonly gates: readonly Pick<GatePlan, 'metric' | 'action'>[];
  readonly frozen: PinnedGates | null;
  readonly latches: Latches | null;
  readonly phases: readonly PhaseRow[] | null;
};

export async function readCountedReleases(
  db: Db | Tx,
  ids: readonly string[],
): Promise<ReadonlyMap<string, CountedRelease>> {
  if (ids.length === 0) return new Map();
  const rows = await db.execute<Row>(sql`
    select id, environment_id, state, sample, segment, plan -> 'gates' as gates, frozen, latches,
      (select json_agg(json_build_object(
          'phase', phase, 'segment', release_phases.segment, 'step', release_phases.step,
          'percent', release_phases.percent) order by phase)
        from release_phases where release_id = releases.id) as phases
    from releases
    where id in (select json_array_elements_text(${JSON.stringify(ids)}::json))`);
  return new Map(rows.map((row) => [row.id, toCountedRelease(row)]));
}

function toCountedRelease(row: Row): CountedRelease {
  const { id, sample, segment } = row;
  const frozen = row.frozen === null ? null : readPinnedGates(row.frozen);
  const latches = row.latches === null ? null : readLatches(row.latches);
  const phases = row.phases ?? [];
  const gates = row.gates ?? [];
  const judged = [...(frozen?.compared ?? []), ...(frozen?.limits ?? []), ...gates];
  const metrics = new Set(judged.map((gate) => gate.metric));
  for (const { key } of BUILT_IN_METRICS) metrics.add(key);
  return {
    ...{ id, frozen, latches, sample: Number(sample), segment, phases, metrics },
    environmentId: row.environment_id,
    isActive: (ACTIVE_STATES as readonly ReleaseState[]).includes(row.state),
    segments: new Map(phases.map((phase) => [phase.phase, phase.segment])),
    rollbackMetrics: new Set(
      judged.filter(({ action }) => action === 'rollback').map((gate) => gate.metric),
    ),
  };
}

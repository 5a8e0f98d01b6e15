import { type EventBatch, type EventSlot, type ReleaseSlot, SLOT_MS } from '@sluice/sdk/protocol';
import { sql } from 'drizzle-orm';
import type { PinnedGates } from '../../server/src/domain/gates/evidence.js';
import type { ReleaseState } from '../../server/src/domain/releases/release.js';
import type { Db } from '../../server/src/store/db.js';

export const ENVIRONMENT = 'env-1';
export const OTHER_ENVIRONMENT = 'env-2';

export interface StagedRelease {
  readonly id?: string;
  readonly state?: ReleaseState;
  readonly projectId?: string;
  readonly environmentId?: string;
  /** By phase from 1: percent and segment. */
  readonly phases?: readonly { readonly percent: number; readonly segment?: number }[];
  readonly gates?: readonly { readonly metric: string; readonly action: string }[];
  readonly frozen?: PinnedGates;
}

/** Two environments of one project, without anything else. */
export async function stageEnvironments(db: Db): Promise<void> {
  await db.execute(sql`delete from projects`);
  await db.execute(sql`delete from release_seen`);
  await db.execute(sql`insert into projects (id, key, name) values ('p1', 'p1', 'p1')`);
  await db.execute(sql`
    insert into environments (id, project_id, key, name, epoch) values
      (${ENVIRONMENT}, 'p1', 'production', 'Production', 'E1'),
      (${OTHER_ENVIRONMENT}, 'p1', 'staging', 'Staging', 'E1')`);
}

/** A release with a flag of its own, as the controller would have written it. */
export async function stageRelease(db: Db, staged: StagedRelease = {}): Promise<void> {
  const { id = 'r1', state = 'running' } = staged;
  const { projectId = 'p1', environmentId = ENVIRONMENT } = staged;
  const { phases = [{ percent: 10 }], gates = [], frozen = null } = staged;
  const latches = frozen && {
    ...{ round: frozen.round, pause: 0, rollback: 0, sampleRatio: 0, limits: {} },
  };
  await db.execute(sql`
    insert into flags (id, project_id, key, name, type, seed, variants)
    values (${`flag-${id}`}, ${projectId}, ${id}, ${id}, 'boolean', ${id},
      '{"on":true,"off":false}')`);
  await db.execute(sql`
    insert into flag_configs (project_id, environment_id, flag_id, off_variant)
    values (${projectId}, ${environmentId}, ${`flag-${id}`}, 'off')`);
  await db.execute(sql`
    insert into releases (id, project_id, environment_id, flag_id, rule_id, state, plan, percent,
      start_percent, salt, created_by, frozen, latches)
    values (${id}, ${projectId}, ${environmentId}, ${`flag-${id}`}, 'ramp', ${state},
      ${JSON.stringify({ gates })}::json, 10, 0, 'salt', 'somebody',
      ${frozen && JSON.stringify(frozen)}::json, ${latches && JSON.stringify(latches)}::json)`);
  for (const [index, { percent, segment = 1 }] of phases.entries()) {
    await db.execute(sql`
      insert into release_phases (release_id, phase, segment, step, percent, started_at, cause)
      values (${id}, ${index + 1}, ${segment}, ${index}, ${percent}, now(), 'step')`);
  }
}

/** The hash of a unit in the given bucket. */
export function unitOf(index: number, bucket = index % 256): string {
  return bucket.toString(16).padStart(2, '0') + index.toString(16).padStart(14, '0');
}

export function releaseSlot(over: Partial<ReleaseSlot> = {}): ReleaseSlot {
  return {
    ...{ id: 'r1', phase: 1, arm: 'treatment', exposures: 0, units: [] },
    ...{ splits: {}, warmUpSplits: {}, buckets: {}, sketches: {} },
    ...over,
  };
}

/** The current slot, or the one at the given age. */
export function eventSlot(over: Partial<EventSlot> = {}, agoMs = 0): EventSlot {
  const from = Math.floor((Date.now() - agoMs) / SLOT_MS) * SLOT_MS;
  return { from, to: from + SLOT_MS, flags: {}, releases: [], metrics: {}, ...over };
}

export function eventBatch(over: Partial<EventBatch> = {}): EventBatch {
  return {
    ...{ seq: 1, at: Date.now(), through: null, applied: null },
    ...{ slots: [], unknown: [], unattributed: 0, dropped: 0 },
    ...over,
  };
}

export function sender(instanceId: string, environmentId = ENVIRONMENT) {
  return { environmentId, instanceId, service: 'shop', serviceVersion: '1', sdk: 'node/1' };
}

import type { EnvironmentGrant, Grant } from '../../domain/grant.js';
import { isActive } from '../../domain/releases/release.js';
import { rulesAsWritten } from '../../domain/releases/managed-rule.js';
import { dependentsOfSegment } from '../../domain/segment-closure.js';
import { nameConfig, segmentsOfRules } from '../../domain/segment-users.js';
import type { Tx } from '../../store/db.js';
import { lockFlagConfig } from '../../store/flag-config-store.js';
import { listEnvironments } from '../../store/project-store.js';
import { listOpenReleases, lockRelease, saveManagedRules } from '../../store/release-store.js';
import type { Revision } from '../../store/revision-store.js';
import { listSegments } from '../../store/segment-store.js';
import { withEnvironment } from '../authorize.js';
import type { Ctx } from '../context.js';
import {
  type AudiencePhase,
  beginAudiencePhase,
  recordAudiencePhase,
  withAudiencePhase,
} from './audience-phase.js';
import type { MoveSubject } from './write-move.js';

export interface SegmentPhase extends AudiencePhase {
  readonly grant: EnvironmentGrant;
  readonly subject: Omit<MoveSubject, 'release'>;
}

/** Begins a phase of each running release whose rules reach the segment, in lock order. */
export async function beginSegmentPhases(
  tx: Tx,
  ctx: Ctx,
  grant: Grant,
  key: string,
): Promise<readonly SegmentPhase[]> {
  const segments = new Map((await listSegments(tx, grant)).map((row) => [row.key, row.when]));
  const reached = dependentsOfSegment(key, segments);
  const environments = await listEnvironments(tx, grant.projectId);
  const phases: SegmentPhase[] = [];
  for (const { release: seen, config: old, flagKey } of await listOpenReleases(tx, grant)) {
    const environment = environments.find(({ id }) => id === seen.environmentId);
    const names = [...segmentsOfRules(old.rules)];
    if (!environment || !names.some((name) => reached.has(name))) continue;
    const here = withEnvironment(grant, environment);
    const flag = { id: seen.flagId, key: flagKey };
    const config = await lockFlagConfig(tx, here, flag);
    const release = await lockRelease(tx, here, flag.id, seen.id);
    const isRunning = release && isActive(release.state);
    if (!isRunning || config.killed) continue;
    const what = `Segment "${key}" was changed by ${ctx.actor.name}`;
    const phase = await beginAudiencePhase(tx, release, what);
    const rules = withAudiencePhase(rulesAsWritten(config.rules), config.rules, phase);
    await saveManagedRules(tx, here, flag.id, { rules });
    phases.push({ ...phase, grant: here, subject: { flag, config } });
  }
  return phases;
}

export async function recordSegmentPhases(
  tx: Tx,
  ctx: Ctx,
  phases: readonly SegmentPhase[],
  revisions: readonly Revision[],
): Promise<void> {
  for (const { grant, subject, ...phase } of phases) {
    const own = revisions.find(({ environmentId }) => environmentId === grant.environmentId);
    const revision = own?.revision ?? null;
    await recordAudiencePhase(tx, ctx, grant, subject, { ...phase, revision });
  }
}

/** Names the open releases that have a step for the segment, reached or not, for an error. */
export async function nameReleasesFor(
  tx: Tx,
  grant: Grant,
  key: string,
): Promise<readonly string[]> {
  const open = (await listOpenReleases(tx, grant)).filter(({ release }) =>
    release.plan.steps.some(({ audience }) => audience === key),
  );
  if (open.length === 0) return [];
  const environments = await listEnvironments(tx, grant.projectId);
  return open.map(({ release, flagKey }) => {
    const environment = environments.find(({ id }) => id === release.environmentId);
    const environmentKey = environment?.key ?? '';
    return `the release of ${nameConfig({ environmentKey, flagKey })}`;
  });
}

import type { PinnedGates, PinnedTicked, Latches } from '../../domain/gates/evidence.js';
import { pinGates, noLatches } from '../../domain/gates/pin-gates.js';
import type { ReleaseTotals } from '../../domain/gates/totals.js';
import type { ReleaseStatus, TickFacts } from '../../domain/releases/decision.js';
import { problemOfParent } from '../../domain/releases/parent-flag.js';
import { neverSeenGates, REQUESTS } from '../../domain/releases/never-seen.js';
import { closedNow } from '../../domain/windows/windows.js';
import type { Db } from '../../store/db.js';
import { readRecentMarkers } from '../../store/read-models/marker-view.js';
import { readParentFlags } from '../../store/read-models/parent-flags.js';
import { readDefinitions } from '../../store/read-models/release-definitions.js';
import { readReleaseTotals } from '../../store/read-models/release-totals.js';
import {
  readEventsSince,
  readSources,
  readTickSubject,
  type SourceRow,
  type TickSubject,
} from '../../store/read-models/tick-scene.js';
import { readWatermark } from '../../store/read-models/watermark.js';
import { listWindowRules } from '../../store/window-store.js';

const MARKERS_MS = 15 * 60_000;

/** A query or probe that this tick must run. */
export interface AskedGate {
  readonly gate: PinnedTicked;
  /** Undefined when the source was deleted. */
  readonly source: SourceRow | undefined;
}

/** Everything that a tick reads before it queries external sources. */
export interface Scene extends TickSubject {
  readonly status: ReleaseStatus;
  readonly totals: ReleaseTotals;
  readonly pinned: PinnedGates;
  readonly latches: Latches;
  readonly asked: readonly AskedGate[];
  readonly facts: Omit<TickFacts, 'evaluation' | 'ticked'>;
}

/** Reads without a transaction. Undefined when the release was deleted. */
export async function gatherScene(db: Db, releaseId: string): Promise<Scene | undefined> {
  const subject = await readTickSubject(db, releaseId);
  if (!subject) return undefined;
  const { release, now, environmentKey } = subject;
  const { environmentId, projectId, plan, round } = release;
  const totals = await readReleaseTotals(db, releaseId);
  const pinned = await pinnedOf(db, subject);
  const { watermark, live, silent } = await readWatermark(db, environmentId);
  const windows = await listWindowRules(db, projectId);
  const markers = await readRecentMarkers(db, environmentId, now.getTime() - MARKERS_MS);
  const parents = await readParentFlags(db, release);
  const asked = await gatesToAsk(db, subject, pinned);
  return {
    ...subject,
    ...{ totals, pinned, asked },
    status: statusOf(subject),
    latches: release.latches ?? noLatches(round),
    facts: {
      now: now.getTime(),
      watermark: watermark?.getTime() ?? null,
      liveInstances: live,
      silentInstances: silent,
      closed: closedNow(windows, environmentKey, plan.windows, now.getTime()),
      dependencies: parents.flatMap((parent) => problemOfParent(parent) ?? []),
      recentMarkers: markers.map(({ label, at, type }) => ({
        ...{ label, at },
        isDeploy: type === 'deploy',
      })),
      neverSeen: await findNeverSeen(db, subject, pinned, totals),
    },
  };
}

function statusOf({ release, isKilled }: TickSubject): ReleaseStatus {
  const { state, pauseReason, plan, step, bakedMs } = release;
  return {
    ...{ state, pauseReason, plan, step, isKilled, bakedMs },
    startAt: release.startAt?.getTime() ?? null,
    isStartApproved: release.startApprovedBy !== null,
    isStepApproved: step >= 0 && release.approvedStep === step,
    holdUntil: release.holdUntil?.getTime() ?? null,
    isBakeSkipped: step >= 0 && release.bakeSkippedStep === step,
    lastTickAt: release.lastTickAt?.getTime() ?? null,
    stepStartedAt: release.stepStartedAt?.getTime() ?? null,
  };
}

/** A round from before queries were pinned has no `ticked`; its next tick pins the queries. */
async function pinnedOf(db: Db, { release }: TickSubject): Promise<PinnedGates> {
  const { pinned, plan, round, projectId } = release;
  if (pinned === null) return pinGates({ ...plan, gates: [] }, {}, round);
  if ((pinned as Partial<PinnedGates>).ticked !== undefined) return pinned;
  const { ticked } = pinGates(plan, await readDefinitions(db, projectId), round);
  return { ...pinned, ticked };
}

async function gatesToAsk(
  db: Db,
  { release }: TickSubject,
  { ticked }: PinnedGates,
): Promise<readonly AskedGate[]> {
  if (ticked.length === 0) return [];
  const sources = await readSources(db, release.projectId);
  return ticked.map((gate) => ({ gate, source: sources.get(gate.definition.source) }));
}

async function findNeverSeen(
  db: Db,
  { release }: TickSubject,
  pinned: PinnedGates,
  totals: ReleaseTotals,
): Promise<readonly string[]> {
  if (release.startedAt === null) return [];
  const missing = neverSeenGates(pinned, totals, new Set());
  if (missing.length === 0) return [];
  const since = release.startedAt.getTime();
  const names = [...REQUESTS, ...pinned.compared.map(({ definition }) => definition.event)];
  const events = await readEventsSince(db, release.environmentId, since, names);
  return neverSeenGates(pinned, totals, events);
}

import { and, desc, eq, inArray, lt, type SQL } from 'drizzle-orm';
import type { Evaluation } from '../../domain/gates/evidence.js';
import type { EnvironmentGrant } from '../../domain/grant.js';
import { notFound } from '../../domain/refusals.js';
import { type Command, possibleCommands } from '../../domain/releases/commands.js';
import type { Hold } from '../../domain/releases/decision.js';
import type { ReleasePlan } from '../../domain/releases/plan.js';
import {
  bakeNeededMs,
  hasEnded,
  type PauseReason,
  type ReleaseState,
} from '../../domain/releases/release.js';
import { CLOCK_MS } from '../clock.js';
import type { Db, Tx } from '../db.js';
import { flagConfigs, flags, releasePhases, releases } from '../schema/index.js';
import { mapPage, type Page, type PageQuery, placeOfCursor, toPage } from './page.js';
import { type Confirmation, readConfirmation } from './release-confirmation.js';
import { readLatestTicks, type TickView } from './release-ticks.js';
import { readWatermark, type Watermark } from './watermark.js';

export interface PhaseView {
  readonly phase: number;
  readonly round: number;
  readonly step: number;
  readonly percent: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly cause: string;
  readonly revision: number | null;
}

export interface ReleaseView {
  readonly id: string;
  readonly environment: string;
  readonly flag: string;
  readonly ruleId: string;
  readonly state: ReleaseState;
  readonly pauseReason: PauseReason | null;
  readonly plan: ReleasePlan;
  readonly step: number;
  readonly phase: number;
  readonly round: number;
  readonly percent: number;
  readonly startPercent: number;
  /** What was decided last, as the page shows it. */
  readonly sentence: string;
  readonly holds: readonly Hold[];
  readonly awaitsApproval: boolean;
  readonly commands: readonly Command[];
  readonly evaluation: Evaluation | null;
  /** What queries and probes said last. */
  readonly ticked: readonly TickView[];
  readonly phases: readonly PhaseView[];
  readonly bakedMs: number;
  readonly bakeNeededMs: number;
  readonly startAt: string | null;
  readonly holdUntil: string | null;
  readonly nextTickAt: string | null;
  readonly liveInstances: number;
  readonly silentInstances: readonly string[];
  readonly watermark: string | null;
  readonly rollback: Confirmation | null;
  readonly version: number;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

type ReleaseRow = typeof releases.$inferSelect;

interface Selected {
  readonly releases: ReleaseRow;
  readonly isKilled: boolean;
  readonly nowMs: number;
}

/** A kill writes the flag and nothing else; the next tick ends the release. */
const KILLED = 'The flag was killed: the release ends at its next tick.';

export async function readRelease(
  db: Db | Tx,
  grant: EnvironmentGrant,
  flag: string,
  id: string,
): Promise<ReleaseView> {
  const [row] = await selectReleases(db, grant, flag, eq(releases.id, id)).limit(1);
  if (!row) throw notFound('release', id);
  const [view] = await toViews(db, grant, flag, [row]);
  return view as ReleaseView;
}

/** Newest first. */
export async function pageOfReleases(
  db: Db,
  grant: EnvironmentGrant,
  flag: string,
  query: PageQuery,
): Promise<Page<ReleaseView>> {
  const [known] = await db
    .select({ id: flags.id })
    .from(flags)
    .where(and(eq(flags.projectId, grant.projectId), eq(flags.key, flag)));
  if (!known) throw notFound('flag', flag);
  const before = placeOfCursor(query.cursor);
  const rows = await selectReleases(
    db,
    grant,
    flag,
    before === undefined ? undefined : lt(releases.id, before),
  )
    .orderBy(desc(releases.id))
    .limit(query.limit + 1);
  const page = toPage(rows, query.limit, (row) => row.releases.id);
  const views = await toViews(db, grant, flag, page.items);
  const byId = new Map(views.map((view) => [view.id, view]));
  return mapPage(page, (row) => byId.get(row.releases.id) as ReleaseView);
}

function selectReleases(
  db: Db | Tx,
  grant: EnvironmentGrant,
  flag: string,
  condition: SQL | undefined,
) {
  return db
    .select({ releases, isKilled: flagConfigs.killed, nowMs: CLOCK_MS })
    .from(releases)
    .innerJoin(flags, eq(flags.id, releases.flagId))
    .innerJoin(
      flagConfigs,
      and(
        eq(flagConfigs.environmentId, releases.environmentId),
        eq(flagConfigs.flagId, releases.flagId),
      ),
    )
    .where(
      and(
        eq(releases.projectId, grant.projectId),
        eq(releases.environmentId, grant.environmentId),
        eq(flags.key, flag),
        condition,
      ),
    )
    .$dynamic();
}

async function toViews(
  db: Db | Tx,
  grant: EnvironmentGrant,
  flag: string,
  rows: readonly Selected[],
): Promise<readonly ReleaseView[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.releases.id);
  const phases = await db
    .select()
    .from(releasePhases)
    .where(inArray(releasePhases.releaseId, ids))
    .orderBy(releasePhases.releaseId, releasePhases.phase);
  const watermark = await readWatermark(db, grant.environmentId);
  const ticksOf = await readLatestTicks(db, ids);
  const views: ReleaseView[] = [];
  for (const { releases: row, isKilled, nowMs } of rows) {
    const own = phases.filter((phase) => phase.releaseId === row.id);
    const rollback = await readConfirmation(db, grant.environmentId, row.rollbackRevision);
    const ticked = ticksOf(row.id);
    const now = new Date(Number(nowMs));
    const known = { grant, flag, row, isKilled, now, watermark };
    views.push(toReleaseView({ ...known, phases: own, ticked, rollback }));
  }
  return views;
}

interface Parts {
  readonly grant: EnvironmentGrant;
  readonly flag: string;
  readonly row: ReleaseRow;
  readonly isKilled: boolean;
  /** The database's clock. */
  readonly now: Date;
  readonly phases: readonly (typeof releasePhases.$inferSelect)[];
  readonly ticked: readonly TickView[];
  readonly watermark: Watermark;
  readonly rollback: Confirmation | null;
}

function toReleaseView(parts: Parts): ReleaseView {
  const { grant, flag, row, phases, ticked, watermark, rollback } = parts;
  const isEnding = parts.isKilled && !hasEnded(row.state);
  const { id, ruleId, state, pauseReason, plan, step, phase, round, percent, startPercent } = row;
  return {
    ...{ id, environment: grant.environmentKey, flag, ruleId, state, pauseReason, plan },
    ...{ step, phase, round, percent, startPercent },
    sentence: isEnding ? KILLED : (row.decision?.sentence ?? ''),
    holds: isEnding ? [] : (row.decision?.holds ?? []),
    awaitsApproval: !isEnding && row.decision?.action === 'await_approval',
    commands: parts.isKilled ? [] : possibleCommands(row, parts.now),
    evaluation: row.evaluation,
    ticked,
    phases: phases.map(toPhaseView),
    bakedMs: row.bakedMs,
    bakeNeededMs: bakeNeededMs(row),
    startAt: textOf(row.startAt),
    holdUntil: textOf(row.holdUntil),
    nextTickAt: textOf(row.nextTickAt),
    liveInstances: watermark.live,
    silentInstances: watermark.silent,
    watermark: textOf(watermark.watermark),
    rollback,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    startedAt: textOf(row.startedAt),
    endedAt: textOf(row.endedAt),
  };
}

export function toPhaseView(row: typeof releasePhases.$inferSelect): PhaseView {
  const { phase, round, step, percent, cause, revision } = row;
  const startedAt = row.startedAt.toISOString();
  return {
    phase,
    round,
    step,
    percent,
    startedAt,
    endedAt: textOf(row.endedAt),
    cause,
    revision,
  };
}

function textOf(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}

import { and, asc, desc, eq } from 'drizzle-orm';
import type { EnvironmentGrant } from '../../domain/grant.js';
import { notFound } from '../../domain/refusals.js';
import type { Decision } from '../../domain/releases/decision.js';
import type { Db } from '../db.js';
import { type DecisionRow, openInputs } from '../decision-store.js';
import { decisions, flags, releasePhases, releases } from '../schema/index.js';
import { type MarkerView, readMarkersBetween } from './marker-view.js';
import { type PhaseView, toPhaseView } from './release-view.js';

export interface DecisionView {
  readonly version: number;
  readonly at: string;
  readonly action: string;
  readonly sentence: string;
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string };
  readonly reason: string | null;
}

export interface ReleaseTimeline {
  readonly phases: readonly PhaseView[];
  /** The newest thousand, oldest first. */
  readonly decisions: readonly DecisionView[];
  readonly markers: readonly MarkerView[];
}

const DECISIONS_MAX = 1_000;
/** What happened just before may be why. */
const BEFORE_MS = 15 * 60_000;
const LATER_MS = Date.UTC(2100, 0);

export async function readReleaseTimeline(
  db: Db,
  grant: EnvironmentGrant,
  flag: string,
  id: string,
): Promise<ReleaseTimeline> {
  const release = await findRow(db, grant, flag, id);
  const phases = await db
    .select()
    .from(releasePhases)
    .where(eq(releasePhases.releaseId, id))
    .orderBy(asc(releasePhases.phase));
  const newest = await db
    .select()
    .from(decisions)
    .where(eq(decisions.releaseId, id))
    .orderBy(desc(decisions.version))
    .limit(DECISIONS_MAX);
  const markers = await readMarkersBetween(db, grant.environmentId, {
    fromMs: (release.startedAt ?? release.createdAt).getTime() - BEFORE_MS,
    toMs: release.endedAt?.getTime() ?? LATER_MS,
  });
  return {
    phases: phases.map(toPhaseView),
    decisions: newest.reverse().map(toDecisionView),
    markers,
  };
}

export interface DecisionDetails extends DecisionView {
  readonly decision: Decision | null;
  /** The inputs as they are stored, so that their hash can be checked; null: a person acted. */
  readonly inputs: unknown;
  readonly inputsHash: string | null;
  readonly serverVersion: string;
}

export async function readDecisionRow(
  db: Db,
  grant: EnvironmentGrant,
  flag: string,
  address: { readonly release: string; readonly version: number },
): Promise<DecisionRow> {
  const { id } = await findRow(db, grant, flag, address.release);
  if (!isVersion(address.version)) throw notFound('decision', String(address.version));
  const [row] = await db
    .select()
    .from(decisions)
    .where(and(eq(decisions.releaseId, id), eq(decisions.version, address.version)));
  if (!row) throw notFound('decision', String(address.version));
  return row;
}

/** What no decision can have is no question for the database. */
function isVersion(version: number): boolean {
  return Number.isInteger(version) && version > 0 && version < 2 ** 31;
}

export function toDecisionDetails(row: DecisionRow): DecisionDetails {
  return {
    ...toDecisionView(row),
    decision: row.decision,
    inputs: openInputs(row)?.stored ?? null,
    inputsHash: row.inputsHash,
    serverVersion: row.serverVersion,
  };
}

function toDecisionView({
  version,
  at,
  action,
  sentence,
  actor,
  reason,
}: DecisionRow): DecisionView {
  return { version, at: at.toISOString(), action, sentence, actor, reason };
}

async function findRow(db: Db, grant: EnvironmentGrant, flag: string, id: string) {
  const [row] = await db
    .select({ release: releases })
    .from(releases)
    .innerJoin(flags, eq(flags.id, releases.flagId))
    .where(
      and(
        eq(releases.projectId, grant.projectId),
        eq(releases.environmentId, grant.environmentId),
        eq(flags.key, flag),
        eq(releases.id, id),
      ),
    );
  if (!row) throw notFound('release', id);
  return row.release;
}

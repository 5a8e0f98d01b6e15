import { SLOT_MS } from '@sluice/sdk/protocol';
import { and, desc, eq, sql } from 'drizzle-orm';
import type { GateTick } from '../../domain/gates/debounce.js';
import { eventSeries } from '../../domain/metrics/series.js';
import { CLOCK_MS } from '../clock.js';
import type { Db, Tx } from '../db.js';
import {
  environments,
  flagConfigs,
  flags,
  gateTicks,
  projects,
  releases,
  sources,
} from '../schema/index.js';

export interface TickSubject {
  readonly release: typeof releases.$inferSelect;
  readonly isKilled: boolean;
  readonly flag: { readonly id: string; readonly key: string };
  readonly projectKey: string;
  readonly environmentKey: string;
  /** The database's clock. */
  readonly now: Date;
}

/** A release with all that a tick needs to know of where it is. */
export async function readTickSubject(
  db: Db | Tx,
  releaseId: string,
): Promise<TickSubject | undefined> {
  const [row] = await db
    .select({
      release: releases,
      isKilled: flagConfigs.killed,
      flag: { id: flags.id, key: flags.key },
      projectKey: projects.key,
      environmentKey: environments.key,
      nowMs: CLOCK_MS,
    })
    .from(releases)
    .innerJoin(
      flagConfigs,
      and(
        eq(flagConfigs.environmentId, releases.environmentId),
        eq(flagConfigs.flagId, releases.flagId),
      ),
    )
    .innerJoin(flags, eq(flags.id, releases.flagId))
    .innerJoin(projects, eq(projects.id, releases.projectId))
    .innerJoin(environments, eq(environments.id, releases.environmentId))
    .where(eq(releases.id, releaseId));
  if (!row) return undefined;
  const { nowMs, ...subject } = row;
  return { ...subject, now: new Date(Number(nowMs)) };
}

export type SourceRow = typeof sources.$inferSelect;

export async function readSources(
  db: Db | Tx,
  projectId: string,
): Promise<ReadonlyMap<string, SourceRow>> {
  const rows = await db.select().from(sources).where(eq(sources.projectId, projectId));
  return new Map(rows.map((row) => [row.key, row]));
}

/** Ticks of the current round, newest last: an override must not meet the same verdict again. */
export async function readGateTicks(
  db: Db | Tx,
  { id, round }: Pick<TickSubject['release'], 'id' | 'round'>,
  metric: string,
  limit: number,
): Promise<readonly GateTick[]> {
  const rows = await db
    .select({ at: gateTicks.at, status: gateTicks.status })
    .from(gateTicks)
    .where(
      and(
        eq(gateTicks.releaseId, id),
        eq(gateTicks.metric, metric),
        sql`${gateTicks.at} >= (
          select min(started_at) from release_phases where release_id = ${id}
            and segment = ${round}::int
        )`,
      ),
    )
    .orderBy(desc(gateTicks.at))
    .limit(limit);
  return rows.reverse().map(({ at, status }) => ({ at: at.getTime(), status }));
}

/** Which of these events anybody has sent since then: asked by name, so that an index finds it. */
export async function readEventsSince(
  db: Db | Tx,
  environmentId: string,
  sinceMs: number,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db.execute<{ name: string }>(sql`
    select name from json_array_elements_text(${JSON.stringify(names)}::json) as name
    where exists (
      select from metric_slots
      where environment_id = ${environmentId} and series = ${eventSeries('')} || name
        and at >= ${new Date(sinceMs - SLOT_MS).toISOString()}::timestamptz
    )`);
  return new Set(rows.map(({ name }) => name));
}

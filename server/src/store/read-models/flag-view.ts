import type { FlagStatus, FlagType, JsonValue, Rule } from '@sluice/sdk/core';
import { and, arrayContains, asc, eq, ilike, inArray, isNotNull, isNull, or } from 'drizzle-orm';
import type { FlagKind } from '../../domain/flag.js';
import type { Grant } from '../../domain/grant.js';
import { groupBy } from '../../domain/group-by.js';
import { notFound } from '../../domain/refusals.js';
import type { Db, Tx } from '../db.js';
import { environments, flagConfigs, flags } from '../schema/index.js';
import { mapPage, type Page, type PageQuery, pageByKey } from './page.js';
import { type ReleaseGlance, readReleaseGlances } from './release-glance.js';

export interface FlagView {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly type: FlagType;
  readonly seed: string;
  readonly variants: Readonly<Record<string, JsonValue>>;
  readonly tags: readonly string[];
  readonly owner: string;
  readonly kind: FlagKind;
  readonly expectedLifetimeDays: number | null;
  readonly clientVisible: boolean;
  readonly archivedAt: string | null;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly environments: Readonly<Record<string, FlagSummary>>;
}

/** A flag in one environment, at a glance. */
export interface FlagSummary {
  readonly status: FlagStatus;
  readonly killed: boolean;
  readonly rules: number;
  /** `to` of the first rule with a rollout; null without one. */
  readonly percentage: number | null;
  /** Null: nothing is released here, and nothing was rolled back last. */
  readonly release: ReleaseGlance | null;
}

export interface FlagQuery extends PageQuery {
  readonly archived: boolean;
  readonly search?: string | undefined;
  readonly tag?: string | undefined;
}

type FlagRow = typeof flags.$inferSelect;
type Summaries = ReadonlyMap<string, Readonly<Record<string, FlagSummary>>>;

export async function readFlag(db: Db | Tx, grant: Grant, key: string): Promise<FlagView> {
  const [row] = await db
    .select()
    .from(flags)
    .where(and(eq(flags.projectId, grant.projectId), eq(flags.key, key)));
  if (!row) throw notFound('flag', key);
  return toFlagView(row, await readSummaries(db, [row.id]));
}

export async function pageOfFlags(db: Db, grant: Grant, query: FlagQuery): Promise<Page<FlagView>> {
  const isMatch = and(
    eq(flags.projectId, grant.projectId),
    query.archived ? isNotNull(flags.archivedAt) : isNull(flags.archivedAt),
    query.tag === undefined ? undefined : arrayContains(flags.tags, [query.tag]),
    query.search === undefined ? undefined : mentions(query.search),
  );
  const page = await pageByKey(db.select().from(flags).$dynamic(), flags.key, isMatch, query);
  const summaries = await readSummaries(
    db,
    page.items.map((row) => row.id),
  );
  return mapPage(page, (row) => toFlagView(row, summaries));
}

function mentions(search: string) {
  const pattern = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
  return or(
    ilike(flags.key, pattern),
    ilike(flags.name, pattern),
    ilike(flags.description, pattern),
    ilike(flags.owner, pattern),
  );
}

async function readSummaries(db: Db | Tx, flagIds: readonly string[]): Promise<Summaries> {
  if (flagIds.length === 0) return new Map();
  const rows = await db
    .select({
      flagId: flagConfigs.flagId,
      environmentId: flagConfigs.environmentId,
      environment: environments.key,
      status: flagConfigs.status,
      killed: flagConfigs.killed,
      rules: flagConfigs.rules,
    })
    .from(flagConfigs)
    .innerJoin(environments, eq(environments.id, flagConfigs.environmentId))
    .where(inArray(flagConfigs.flagId, [...flagIds]))
    .orderBy(asc(environments.position));
  const releaseOf = await readReleaseGlances(db, flagIds);
  const byFlag = groupBy(rows, (row) => row.flagId);
  return new Map(
    [...byFlag].map(([id, group]) => [
      id,
      Object.fromEntries(
        group.map((row) => [
          row.environment,
          { ...toSummary(row), release: releaseOf(row.flagId, row.environmentId) },
        ]),
      ),
    ]),
  );
}

function toSummary(config: {
  readonly status: FlagStatus;
  readonly killed: boolean;
  readonly rules: readonly Rule[];
}): Omit<FlagSummary, 'release'> {
  const ramp = config.rules.find((rule) => rule.rollout !== undefined);
  return {
    status: config.status,
    killed: config.killed,
    rules: config.rules.length,
    percentage: ramp?.rollout?.to ?? null,
  };
}

function toFlagView(row: FlagRow, summaries: Summaries): FlagView {
  return {
    key: row.key,
    name: row.name,
    description: row.description,
    type: row.type,
    seed: row.seed,
    variants: row.variants,
    tags: row.tags,
    owner: row.owner,
    kind: row.kind,
    expectedLifetimeDays: row.expectedLifetimeDays,
    clientVisible: row.clientVisible,
    archivedAt: row.archivedAt?.toISOString() ?? null,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    environments: summaries.get(row.id) ?? {},
  };
}

import type { Flag, Segment } from '@sluice/sdk/core';
import { and, asc, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db.js';
import { environments, flagConfigs, flags, projects, segments } from '../schema/index.js';
import { epochMs } from '../sql-values.js';
import { type FlagBehaviour, type FlagDefinition, toRulesetFlag } from './ruleset-flag.js';

export type RulesetHead = NonNullable<Awaited<ReturnType<typeof readHead>>>;

export async function readHead(tx: Tx, environmentId: string) {
  const [head] = await tx
    .select({
      projectId: projects.id,
      project: projects.key,
      environment: environments.key,
      epoch: environments.epoch,
      revision: environments.revision,
      at: environments.revisedAt,
    })
    .from(environments)
    .innerJoin(projects, eq(projects.id, environments.projectId))
    .where(eq(environments.id, environmentId));
  return head;
}

/** What happened after `sinceRevision`, and how what it touched is now. */
export interface TouchedRows extends Record<string, unknown> {
  readonly epoch: string;
  readonly revision: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** How many revisions are told of; fewer than there were when old ones are pruned. */
  readonly revisions: number;
  readonly killed: boolean;
  readonly flagKeys: readonly string[];
  readonly segmentKeys: readonly string[];
  readonly flags: readonly (FlagDefinition & FlagBehaviour & { readonly key: string })[];
  readonly segments: readonly { readonly key: string; readonly when: Segment['when'] }[];
}

/** One statement sees one moment and is one trip to the database: every kill waits for it. */
export async function readTouched(
  db: Db,
  environmentId: string,
  sinceRevision: number,
): Promise<TouchedRows | undefined> {
  const [row] = await db.execute<TouchedRows>(sql`
    with touched as materialized (
      select flag_keys, segment_keys, killed_keys from revision_changes
      where environment_id = ${environmentId} and revision > ${sinceRevision}
    ),
    flag_keys as materialized (
      select distinct unnest(flag_keys) collate "C" as key from touched
    ),
    segment_keys as materialized (
      select distinct unnest(segment_keys) collate "C" as key from touched
    )
    select epoch, revision::float8 as revision, ${epochMs(sql`revised_at`)} as at,
      (select count(*) from touched)::int as revisions,
      exists (select from touched where cardinality(killed_keys) > 0) as killed,
      (select coalesce(json_agg(key order by key), '[]') from flag_keys) as "flagKeys",
      (select coalesce(json_agg(key order by key), '[]') from segment_keys) as "segmentKeys",
      (
        select coalesce(json_agg(json_build_object('key', flags.key, 'type', type, 'seed', seed,
          'variants', variants, 'status', status, 'killed', killed, 'parent', parent,
          'offVariant', off_variant, 'onVariant', on_variant, 'defaultVariant', default_variant,
          'rules', rules)), '[]')
        from flag_keys
        join flags on flags.project_id = environments.project_id and flags.key = flag_keys.key
        join flag_configs on flag_id = flags.id and environment_id = environments.id
        where archived_at is null
      ) as flags,
      (
        select coalesce(json_agg(json_build_object('key', segments.key, 'when', "when")), '[]')
        from segment_keys
        join segments on segments.project_id = environments.project_id
          and segments.key = segment_keys.key
      ) as segments
    from environments where id = ${environmentId}
  `);
  return row;
}

export async function readFlags(
  tx: Tx,
  environmentId: string,
  keys?: readonly string[],
): Promise<Map<string, Flag>> {
  if (keys?.length === 0) return new Map();
  const rows = await tx
    .select({
      key: flags.key,
      type: flags.type,
      seed: flags.seed,
      variants: flags.variants,
      status: flagConfigs.status,
      killed: flagConfigs.killed,
      parent: flagConfigs.parent,
      offVariant: flagConfigs.offVariant,
      onVariant: flagConfigs.onVariant,
      defaultVariant: flagConfigs.defaultVariant,
      rules: flagConfigs.rules,
    })
    .from(flagConfigs)
    .innerJoin(flags, eq(flags.id, flagConfigs.flagId))
    .where(
      and(
        eq(flagConfigs.environmentId, environmentId),
        isNull(flags.archivedAt),
        keys && inArray(flags.key, [...keys]),
      ),
    )
    .orderBy(byCodeUnit(flags.key));
  return new Map(rows.map((row) => [row.key, toRulesetFlag(row, row)]));
}

export async function readSegments(tx: Tx, projectId: string): Promise<Map<string, Segment>> {
  const rows = await tx
    .select({ key: segments.key, when: segments.when })
    .from(segments)
    .where(eq(segments.projectId, projectId))
    .orderBy(byCodeUnit(segments.key));
  return new Map(rows.map((row) => [row.key, { when: row.when }]));
}

/** The same order on every database, whatever its locale. */
function byCodeUnit(column: typeof flags.key | typeof segments.key): SQL {
  return asc(sql`${column} collate "C"`);
}

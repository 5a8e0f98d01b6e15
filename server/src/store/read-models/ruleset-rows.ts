import type { Flag, Segment } from '@sluice/sdk/core';
import { and, asc, eq, gt, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import type { Tx } from '../db.js';
import {
  environments,
  flagConfigs,
  flags,
  projects,
  revisionChanges,
  segments,
} from '../schema/index.js';
import { toRulesetFlag } from './ruleset-flag.js';

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

export async function readTouched(tx: Tx, environmentId: string, sinceRevision: number) {
  return tx
    .select({
      flagKeys: revisionChanges.flagKeys,
      segmentKeys: revisionChanges.segmentKeys,
      killedKeys: revisionChanges.killedKeys,
    })
    .from(revisionChanges)
    .where(
      and(
        eq(revisionChanges.environmentId, environmentId),
        gt(revisionChanges.revision, sinceRevision),
      ),
    );
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

export async function readSegments(
  tx: Tx,
  projectId: string,
  keys?: readonly string[],
): Promise<Map<string, Segment>> {
  if (keys?.length === 0) return new Map();
  const rows = await tx
    .select({ key: segments.key, when: segments.when })
    .from(segments)
    .where(and(eq(segments.projectId, projectId), keys && inArray(segments.key, [...keys])))
    .orderBy(byCodeUnit(segments.key));
  return new Map(rows.map((row) => [row.key, { when: row.when }]));
}

/** The same order on every database, whatever its locale. */
function byCodeUnit(column: typeof flags.key | typeof segments.key): SQL {
  return asc(sql`${column} collate "C"`);
}

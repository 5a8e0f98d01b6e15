import type { FlagStatus, Rule } from '@sluice/sdk/core';
import { and, eq, sql } from 'drizzle-orm';
import type { EnvironmentGrant } from '../../domain/grant.js';
import { notFound } from '../../domain/refusals.js';
import { rulesAsWritten } from '../../domain/releases/managed-rule.js';
import { OPEN_STATES, type ReleaseState } from '../../domain/releases/release.js';
import type { Db, Tx } from '../db.js';
import { flagConfigs, flags } from '../schema/index.js';

export interface FlagConfigView {
  readonly project: string;
  readonly environment: string;
  readonly flag: string;
  readonly status: FlagStatus;
  readonly killed: boolean;
  readonly kill: KillView | null;
  readonly parent: string | null;
  readonly offVariant: string;
  readonly onVariant: string | null;
  readonly defaultVariant: string | null;
  readonly rules: readonly Rule[];
  /** The release that has not ended, if any; it manages its rule's percentage. */
  readonly release: OpenReleaseView | null;
  readonly version: number;
  readonly updatedAt: string;
  readonly updatedBy: string | null;
}

export interface OpenReleaseView {
  readonly id: string;
  readonly ruleId: string;
  readonly state: ReleaseState;
  readonly percent: number;
  readonly step: number;
}

export interface KillView {
  readonly reason: string;
  readonly at: string;
  readonly by: string;
  /** Receipts count who has applied it. */
  readonly revision: number;
}

type ConfigRow = typeof flagConfigs.$inferSelect;

/** A column of a select from `flag_configs`, so that it costs no question of its own. */
export const OPEN_RELEASE = sql<OpenReleaseView | null>`(
  select json_build_object('id', id, 'ruleId', rule_id, 'state', state, 'percent', percent,
    'step', step)
  from releases
  where releases.environment_id = flag_configs.environment_id
    and releases.flag_id = flag_configs.flag_id and state = any(${sql.param([...OPEN_STATES])}::text[])
)`;

export async function readFlagConfig(
  db: Db | Tx,
  grant: EnvironmentGrant,
  flagKey: string,
): Promise<FlagConfigView> {
  const [row] = await db
    .select({ config: flagConfigs, release: OPEN_RELEASE })
    .from(flagConfigs)
    .innerJoin(flags, eq(flags.id, flagConfigs.flagId))
    .where(
      and(
        eq(flagConfigs.projectId, grant.projectId),
        eq(flagConfigs.environmentId, grant.environmentId),
        eq(flags.key, flagKey),
      ),
    );
  if (!row) throw notFound('flag', flagKey);
  return toFlagConfigView(grant, flagKey, { ...row.config, release: row.release });
}

export function toFlagConfigView(
  grant: EnvironmentGrant,
  flagKey: string,
  row: ConfigRow & { readonly release: OpenReleaseView | null },
): FlagConfigView {
  return {
    project: grant.projectKey,
    environment: grant.environmentKey,
    flag: flagKey,
    status: row.status,
    killed: row.killed,
    kill: row.killed ? toKillView(row) : null,
    parent: row.parent,
    offVariant: row.offVariant,
    onVariant: row.onVariant,
    defaultVariant: row.defaultVariant,
    rules: rulesAsWritten(row.rules),
    release: row.release,
    version: row.version,
    updatedAt: row.updatedAt.toISOString(),
    updatedBy: row.updatedBy,
  };
}

function toKillView(row: ConfigRow): KillView {
  return {
    reason: row.killReason ?? '',
    at: (row.killedAt ?? row.updatedAt).toISOString(),
    by: row.killedBy ?? '',
    revision: row.killRevision ?? 0,
  };
}

import type { FlagStatus, Rule } from '@sluice/sdk/core';
import { and, eq } from 'drizzle-orm';
import type { EnvironmentGrant } from '../../domain/grant.js';
import { notFound } from '../../domain/refusals.js';
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
  readonly version: number;
  readonly updatedAt: string;
  readonly updatedBy: string | null;
}

export interface KillView {
  readonly reason: string;
  readonly at: string;
  readonly by: string;
  /** Receipts count who has applied it. */
  readonly revision: number;
}

type ConfigRow = typeof flagConfigs.$inferSelect;

export async function readFlagConfig(
  db: Db | Tx,
  grant: EnvironmentGrant,
  flagKey: string,
): Promise<FlagConfigView> {
  const [row] = await db
    .select({ config: flagConfigs })
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
  return toFlagConfigView(grant, flagKey, row.config);
}

export function toFlagConfigView(
  grant: EnvironmentGrant,
  flagKey: string,
  row: ConfigRow,
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
    rules: row.rules,
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

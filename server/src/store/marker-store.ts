import { and, eq, sql } from 'drizzle-orm';
import type { EnvironmentGrant } from '../domain/grant.js';
import { DERIVED_WITHIN_MINUTES } from '../domain/markers/marker.js';
import type { Db, Tx } from './db.js';
import { markers } from './schema/index.js';

export type MarkerRow = typeof markers.$inferSelect;
export type NewMarker = Omit<MarkerRow, 'environmentId' | 'derived' | 'createdAt'>;

/** Returns the row, or undefined when the marker exists: by key or in the same minute. */
export async function insertMarker(
  tx: Tx,
  grant: EnvironmentGrant,
  marker: NewMarker,
): Promise<MarkerRow | undefined> {
  const [row] = await tx
    .insert(markers)
    .values({ ...marker, environmentId: grant.environmentId })
    .onConflictDoNothing()
    .returning();
  return row;
}

/** Finds the marker that prevented `marker` from being stored. */
export async function findSameMarker(
  tx: Tx,
  grant: EnvironmentGrant,
  marker: NewMarker,
): Promise<MarkerRow | undefined> {
  const [row] = await tx
    .select()
    .from(markers)
    .where(
      and(
        eq(markers.environmentId, grant.environmentId),
        sql`(${markers.idempotencyKey} = ${marker.idempotencyKey} or (
          ${markers.type} = ${marker.type} and ${markers.service} = ${marker.service}
          and ${markers.version} = ${marker.version}
          and date_trunc('minute', ${markers.at} at time zone 'UTC')
            = date_trunc('minute', ${marker.at.toISOString()}::timestamptz at time zone 'UTC')
        ))`,
      ),
    )
    .orderBy(sql`${markers.idempotencyKey} is not distinct from ${marker.idempotencyKey} desc`)
    .limit(1);
  return row;
}

/** Deletes derived markers, because an explicit marker of a deploy is more precise. */
export async function deleteDerivedMarkers(
  tx: Tx,
  grant: EnvironmentGrant,
  { service, version, at }: Pick<NewMarker, 'service' | 'version' | 'at'>,
): Promise<void> {
  await tx.execute(sql`
    delete from markers
    where environment_id = ${grant.environmentId} and derived and version = ${version}
      and (service = ${service} or ${service} = '')
      and at between ${at.toISOString()}::timestamptz - ${DERIVED_WITHIN_MINUTES} * interval '1 minute'
        and ${at.toISOString()}::timestamptz + ${DERIVED_WITHIN_MINUTES} * interval '1 minute'`);
}

export interface SeenVersion {
  readonly environmentId: string;
  readonly service: string;
  readonly version: string;
  readonly at: Date;
}

/**
 * Lists versions that instances report and no marker names, with the time each was first seen. A
 * version that once had a marker is not new, however long ago its first instances disappeared.
 */
export async function listUnmarkedVersions(db: Db, limit: number): Promise<readonly SeenVersion[]> {
  const rows = await db.execute<{
    environment_id: string;
    service: string;
    version: string;
    at: string;
  }>(sql`
    select environment_id, service, version, at::text as at from (
      select environment_id, service, service_version as version, min(first_seen_at) as at
      from instances where service_version <> ''
      group by environment_id, service, service_version
    ) as seen
    where not exists (
      select from markers as known
      where known.environment_id = seen.environment_id and known.type = 'deploy'
        and known.version = seen.version and known.service in (seen.service, '')
        and known.at <= seen.at + ${DERIVED_WITHIN_MINUTES} * interval '1 minute'
    )
    order by seen.at limit ${limit}`);
  return rows.map(({ environment_id, service, version, at }) => ({
    ...{ environmentId: environment_id, service, version },
    at: new Date(at),
  }));
}

/** Only one of two servers that see the same version stores a marker. */
export async function insertDerivedMarkers(
  db: Db,
  seen: readonly (SeenVersion & { readonly id: string })[],
): Promise<number> {
  if (seen.length === 0) return 0;
  const rows = await db
    .insert(markers)
    .values(seen.map((version) => ({ ...version, type: 'deploy' as const, derived: true })))
    .onConflictDoNothing()
    .returning({ id: markers.id });
  return rows.length;
}

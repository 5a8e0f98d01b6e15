import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { EnvironmentGrant } from '../../domain/grant.js';
import type { Db } from '../db.js';
import { instances } from '../schema/index.js';

export interface InstancePage {
  readonly limit: number;
  /** Id of the last instance of the page before. */
  readonly after: string | null;
}

export interface InstanceDto {
  readonly id: string;
  readonly service: string;
  readonly serviceVersion: string;
  readonly sdk: string;
  readonly applied: {
    readonly epoch: string;
    readonly revision: number;
    readonly at: string;
  } | null;
  /** Heard of within a minute: by an open stream, a poll or a post. */
  readonly connected: boolean;
  readonly lastSeenAt: string;
  /** Silent: not heard of for 90 seconds. */
  readonly state: 'live' | 'silent';
}

const secondsAgo = sql<number>`extract(epoch from now() - ${instances.lastSeenAt})::float8`;

/** Running SDK clients of an environment, and those that were seen in the last day. */
export async function listInstances(
  db: Db,
  { environmentId }: EnvironmentGrant<'project:read'>,
  page: InstancePage,
): Promise<readonly InstanceDto[]> {
  const rows = await db
    .select({ row: instances, secondsAgo })
    .from(instances)
    .where(
      and(
        eq(instances.environmentId, environmentId),
        gt(instances.lastSeenAt, sql`now() - interval '24 hours'`),
        page.after === null ? undefined : gt(instances.id, page.after),
      ),
    )
    .orderBy(asc(instances.id))
    .limit(page.limit);
  return rows.map(({ row, secondsAgo: age }) => toDto(row, Number(age)));
}

function toDto(row: typeof instances.$inferSelect, secondsSinceSeen: number): InstanceDto {
  const { id, service, serviceVersion, sdk, appliedEpoch, appliedRevision, appliedAt } = row;
  const isKnown = appliedEpoch !== null && appliedRevision !== null && appliedAt !== null;
  return {
    id,
    service,
    serviceVersion,
    sdk,
    applied: isKnown
      ? { epoch: appliedEpoch, revision: appliedRevision, at: appliedAt.toISOString() }
      : null,
    connected: secondsSinceSeen <= 60,
    lastSeenAt: row.lastSeenAt.toISOString(),
    state: secondsSinceSeen <= 90 ? 'live' : 'silent',
  };
}

import { and, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { EnvironmentGrant } from '../domain/grant.js';
import type { Db, Tx } from './db.js';
import { instances } from './schema/index.js';

/** A running SDK client as it describes itself. */
export interface InstanceIdentity {
  readonly environmentId: string;
  readonly instanceId: string;
  readonly service: string;
  readonly serviceVersion: string;
  readonly sdk: string;
}

/** A report of an instance, sent `waitedMs` ago. */
export interface InstanceReport extends InstanceIdentity {
  /** Null when a stream or a ruleset request reported it instead of a batch. */
  readonly seq: number | null;
  readonly epoch: string | null;
  readonly revision: number | null;
  /** All events up to this time have arrived, in epoch milliseconds; absent when not reported. */
  readonly through?: number | null;
  readonly waitedMs: number;
}

export interface InstanceKey {
  readonly environmentId: string;
  readonly instanceId: string;
}

export interface StoredReport extends InstanceKey {
  /** The database's clock, epoch milliseconds. */
  readonly at: number;
}

const INPUT = sql`as input (
  "environmentId" text, "instanceId" text, "service" text, "serviceVersion" text, "sdk" text,
  "seq" bigint, "epoch" text, "revision" bigint, "through" double precision,
  "waitedMs" double precision
)`;

/** A late report never overwrites a newer one. */
const APPLIES = sql`(
  excluded.applied_epoch is not null and (
    instances.applied_epoch is distinct from excluded.applied_epoch
    or instances.applied_revision < excluded.applied_revision
  )
)`;

/**
 * Stores reports, at most one per instance, in one statement and so in one commit. A batch whose
 * `seq` is not above the stored one is a repeat and changes nothing. Returns the instances whose
 * report was new. Only a kill leaves a receipt. Times come from the database clock, which also
 * times the commit of a change.
 */
export async function storeReports(
  db: Db | Tx,
  reports: readonly InstanceReport[],
): Promise<readonly StoredReport[]> {
  const rows = await db.execute<{ environment_id: string; id: string; at: number }>(sql`
    with input as (
      select *, clock_timestamp() - "waitedMs" * interval '1 millisecond' as said_at
      from json_to_recordset(${JSON.stringify(reports)}::json) ${INPUT}
      where exists (select from environments where id = "environmentId")
    ), stored as (
      insert into instances as instances (
        environment_id, id, service, service_version, sdk, seq,
        applied_epoch, applied_revision, applied_at, through, last_seen_at
      )
      select "environmentId", "instanceId", service, "serviceVersion", sdk, coalesce(seq, 0),
        epoch, revision, case when epoch is not null then said_at end,
        case when through is not null then
          least(to_timestamp(through / 1000), clock_timestamp()) end, now()
      from input order by "environmentId", "instanceId"
      on conflict (environment_id, id) do update set
        service = excluded.service,
        service_version = excluded.service_version,
        sdk = excluded.sdk,
        seq = greatest(instances.seq, excluded.seq),
        applied_epoch = ${ifApplies('applied_epoch')},
        applied_revision = ${ifApplies('applied_revision')},
        applied_at = ${ifApplies('applied_at')},
        through = greatest(instances.through, excluded.through),
        last_seen_at = excluded.last_seen_at
      where excluded.seq = 0 or instances.seq < excluded.seq
      returning environment_id, id
    ), noted as (
      insert into receipts (environment_id, instance_id, epoch, revision, received_at)
      select input."environmentId", input."instanceId", input.epoch, input.revision, said_at
      from input
      join stored on stored.environment_id = input."environmentId"
        and stored.id = input."instanceId"
      left join instances as earlier on earlier.environment_id = input."environmentId"
        and earlier.id = input."instanceId" and earlier.applied_epoch = input.epoch
      where exists (
        select from revision_changes as change
        where change.environment_id = input."environmentId" and change.killed_keys <> '{}'
          and change.revision <= input.revision
          and change.revision > coalesce(earlier.applied_revision, -1)
      )
      on conflict do nothing
    )
    select environment_id, id,
      (extract(epoch from clock_timestamp()) * 1000)::float8 as at from stored`);
  return rows.map(({ environment_id: environmentId, id: instanceId, at }) => {
    return { environmentId, instanceId, at };
  });
}

function ifApplies(column: string): SQL {
  const name = sql.identifier(column);
  return sql`case when ${APPLIES} then excluded.${name} else instances.${name} end`;
}

/** Marks instances as still connected, in key order so that servers never deadlock. */
export async function refreshInstances(db: Db, keys: readonly InstanceKey[]): Promise<void> {
  await db.execute(sql`
    update instances set last_seen_at = now()
    where (environment_id, id) in (
      select environment_id, id from instances
      join json_to_recordset(${JSON.stringify(keys)}::json)
        as input ("environmentId" text, "instanceId" text)
        on environment_id = "environmentId" and id = "instanceId"
      order by environment_id, id for update of instances
    )`);
}

/** Counts the instances of each environment that any server saw in the last minute. */
export async function countLiveInstances(db: Db): Promise<ReadonlyMap<string, number>> {
  const rows = await db.execute<{ environment_id: string; live: number }>(sql`
    select environment_id, count(*)::int as live from instances
    where last_seen_at > now() - interval '60 seconds' group by environment_id`);
  return new Map(rows.map((row) => [row.environment_id, row.live]));
}

export interface DismissedInstance {
  readonly service: string;
  readonly lastSeenAt: Date;
}

/** Deletes an instance. Returns undefined when it does not exist or is not silent. */
export async function deleteSilentInstance(
  tx: Tx,
  grant: EnvironmentGrant,
  id: string,
): Promise<DismissedInstance | undefined> {
  const isSilent = lt(instances.lastSeenAt, sql`now() - interval '90 seconds'`);
  const [row] = await tx
    .delete(instances)
    .where(and(isInstance(grant, id), isSilent))
    .returning({ service: instances.service, lastSeenAt: instances.lastSeenAt });
  return row;
}

export async function hasInstance(tx: Tx, grant: EnvironmentGrant, id: string): Promise<boolean> {
  const rows = await tx.select({ id: instances.id }).from(instances).where(isInstance(grant, id));
  return rows.length > 0;
}

function isInstance(grant: EnvironmentGrant, id: string): SQL | undefined {
  return and(eq(instances.environmentId, grant.environmentId), eq(instances.id, id));
}

/**
 * Deletes data that is no longer read: instances unseen for a day, receipts older than a week and
 * the changes of old revisions (a reader that far behind reloads).
 */
export async function pruneHistory(db: Db): Promise<void> {
  await db.execute(sql`
    delete from instances where last_seen_at < now() - interval '24 hours'`);
  await db.execute(sql`delete from receipts where received_at < now() - interval '7 days'`);
  await db.execute(sql`delete from revision_changes where at < now() - interval '7 days'`);
}

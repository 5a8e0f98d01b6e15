import { sql } from 'drizzle-orm';
import type { EnvironmentGrant } from '../../domain/grant.js';
import type { Db } from '../db.js';

/** Items shown; the counts are always of all. */
const ITEMS_MAX = 500;

export type ReceiptState = 'off' | 'pending' | 'silent';

export interface ReceiptItem {
  readonly id: string;
  readonly service: string;
  readonly serviceVersion: string;
  readonly state: ReceiptState;
  /** From commit to the server's hearing of it; null: not off, or started after the kill. */
  readonly ms: number | null;
  readonly appliedRevision: number | null;
  readonly lastSeenAt: string;
}

export interface Receipts {
  readonly killed: boolean;
  readonly revision: number | null;
  readonly killedAt: string | null;
  readonly instances: number;
  readonly off: number;
  /** Every instance that is known has confirmed. */
  readonly allOff: boolean;
  readonly slowest: { readonly id: string; readonly service: string; readonly ms: number } | null;
  readonly p50Ms: number | null;
  /** Those that are not off first, then the slowest. */
  readonly items: readonly ReceiptItem[];
}

interface Row extends Record<string, unknown> {
  readonly killed: boolean;
  readonly revision: number | null;
  readonly killed_at: string | null;
  readonly instances: number;
  readonly off: number;
  readonly p50_ms: number | null;
  readonly slowest: Receipts['slowest'];
  readonly items: Receipts['items'];
}

/**
 * Who has confirmed that a flag is off. An instance is off when it has applied the kill's revision
 * or a later one of the same epoch; live when seen within 90 seconds, otherwise silent. One that
 * is gone for a day is not counted.
 */
export async function loadReceipts(
  db: Db,
  { environmentId }: EnvironmentGrant<'flag:read'>,
  flagKey: string,
): Promise<Receipts | undefined> {
  const [row] = await db.execute<Row>(sql`
    with kill as (
      select config.killed, config.kill_revision as revision, environments.epoch,
        coalesce(change.at, config.killed_at) as killed_at
      from flag_configs as config
      join flags on flags.id = config.flag_id
      join environments on environments.id = config.environment_id
      left join revision_changes as change on change.environment_id = config.environment_id
        and change.revision = config.kill_revision
      where config.environment_id = ${environmentId} and flags.key = ${flagKey}
    ), confirmed as (
      select instance_id, min(received_at) as received_at
      from receipts join kill on receipts.epoch = kill.epoch and receipts.revision >= kill.revision
      where environment_id = ${environmentId} group by instance_id
    ), states as (
      select instances.id, service, service_version, applied_revision, last_seen_at,
        case
          when applied_epoch = kill.epoch and applied_revision >= kill.revision then 'off'
          when last_seen_at < now() - interval '90 seconds' then 'silent'
          else 'pending'
        end as state,
        case when first_seen_at <= kill.killed_at and received_at is not null then greatest(
          0, round(extract(epoch from confirmed.received_at - kill.killed_at) * 1000)
        )::int end as ms
      from instances cross join kill
      left join confirmed on confirmed.instance_id = instances.id
      where environment_id = ${environmentId} and kill.killed
        and last_seen_at > now() - interval '24 hours'
    ), shown as (
      select id, service, service_version as "serviceVersion", state, ms,
        applied_revision as "appliedRevision",
        to_char(last_seen_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "lastSeenAt"
      from states
      order by array_position(array['silent', 'pending', 'off'], state), ms desc nulls last, id
      limit ${ITEMS_MAX}
    ), slowest as (
      select id, service, ms from states where ms is not null order by ms desc, id limit 1
    )
    select kill.killed,
      case when kill.killed then kill.revision::int end as revision,
      case when kill.killed
        then to_char(kill.killed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
      end as killed_at,
      (select count(*)::int from states) as instances,
      (select count(*)::int from states where state = 'off') as off,
      (select percentile_disc(0.5) within group (order by ms) from states) as p50_ms,
      (select to_json(slowest) from slowest) as slowest,
      coalesce((select json_agg(shown) from shown), '[]'::json) as items
    from kill`);
  if (!row) return undefined;
  return {
    killed: row.killed,
    revision: row.revision,
    killedAt: row.killed_at,
    instances: row.instances,
    off: row.off,
    allOff: row.killed && row.off === row.instances,
    slowest: row.slowest,
    p50Ms: row.p50_ms,
    items: row.items,
  };
}

import { sql } from 'drizzle-orm';
import type { Db } from './db.js';

/** A kill or restore for which a webhook still needs a notification. */
export interface KillNews {
  readonly auditId: number;
  readonly action: 'flag.kill' | 'flag.restore';
  readonly at: Date;
  readonly projectId: string;
  readonly project: string;
  readonly environment: string;
  readonly flag: string;
  readonly actorKind: string;
  readonly actor: string;
  readonly reason: string | null;
}

/** The number of newest audit entries to read, and the maximum age of an entry. */
const LOOK_BACK = 1_000;
const NEWS_MINUTES = 10;

/**
 * Reads the audit, so that a kill writes no extra row for webhooks. Reading an entry again sends no
 * second notification, because each notified webhook has a row in the outbox.
 */
export async function listKillNews(db: Db, limit: number): Promise<readonly KillNews[]> {
  const rows = await db.execute<{ [name in keyof KillNews]: KillNews[name] }>(sql`
    select entry.id as "auditId", entry.action, entry.at, entry.project_id as "projectId",
      projects.key as project, environments.key as environment, entry.target_key as flag,
      entry.actor_kind as "actorKind", entry.actor_name as actor, entry.reason
    from (
      select * from audit_entries where exists (select from webhooks where enabled)
      order by id desc limit ${LOOK_BACK}
    ) as entry
    join projects on projects.id = entry.project_id
    join environments on environments.id = entry.environment_id
    where entry.action in ('flag.kill', 'flag.restore')
      and entry.at > now() - ${NEWS_MINUTES} * interval '1 minute'
      and exists (
        select from webhooks
        where webhooks.project_id = entry.project_id and enabled
          and webhooks.created_at <= entry.at
          and (events = '{}'
            or case entry.action when 'flag.kill' then 'flag_killed' else 'flag_restored' end
              = any(events))
          and not exists (
            select from outbox
            where outbox.webhook_id = webhooks.id and outbox.event_id = 'audit:' || entry.id
          )
      )
    order by entry.id limit ${limit}`);
  return rows.map((row) => ({ ...row, at: new Date(row.at), auditId: Number(row.auditId) }));
}

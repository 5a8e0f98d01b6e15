import { sql } from 'drizzle-orm';
import type { Tx } from './db.js';

/** An event that webhooks receive as a notification. */
export interface OutboxEvent {
  /** `release:version` or `flag:revision`: equal for every retry, so that none counts twice. */
  readonly id: string;
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Inserts a row for each enabled webhook of the event, in the transaction of the event. */
export async function enqueue(tx: Tx, projectId: string, event: OutboxEvent): Promise<void> {
  await tx.execute(sql`
    insert into outbox (webhook_id, event_id, event, payload)
    select id, ${event.id}, ${event.event}, ${JSON.stringify(event.payload)}::json from webhooks
    where project_id = ${projectId} and enabled
      and (events = '{}' or ${event.event} = any(events))
    order by id
    on conflict do nothing`);
}

import { sql } from 'drizzle-orm';
import type { Tx } from './db.js';

/** Something that people outside want to hear of. */
export interface OutboxEvent {
  /** `release:version` or `flag:revision`: the same for every try, so that none counts twice. */
  readonly id: string;
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** One row for each enabled webhook that wants the event, in the transaction of what happened. */
export async function enqueue(tx: Tx, projectId: string, event: OutboxEvent): Promise<void> {
  await tx.execute(sql`
    insert into outbox (webhook_id, event_id, event, payload)
    select id, ${event.id}, ${event.event}, ${JSON.stringify(event.payload)}::json from webhooks
    where project_id = ${projectId} and enabled
      and (events = '{}' or ${event.event} = any(events))
    order by id
    on conflict do nothing`);
}

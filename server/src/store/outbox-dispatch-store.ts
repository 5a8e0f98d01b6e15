import { and, eq, lt, sql } from 'drizzle-orm';
import type { EventPayload } from '../domain/webhooks/message.js';
import type { WebhookFormat } from '../domain/webhooks/webhook.js';
import type { Db, Tx } from './db.js';
import { outbox } from './schema/index.js';

/** One due message with everything needed to send it. */
export interface DueMessage {
  readonly webhookId: string;
  readonly eventId: string;
  readonly payload: EventPayload;
  /** This one included. */
  readonly attempts: number;
  readonly url: string;
  readonly format: WebhookFormat;
  readonly secret: string;
}

export interface ClaimDue {
  readonly limit: number;
  /** Limit per webhook, so that one hanging receiver does not delay all others. */
  readonly perWebhookMax: number;
  /** Webhooks that have reached their limit. */
  readonly busy: readonly string[];
  /** After this time, another server may claim the message of a server that died. */
  readonly leaseMs: number;
}

/** Claims due messages, each for one server only; no lock remains. */
export async function claimDue(db: Db, claim: ClaimDue): Promise<readonly DueMessage[]> {
  const rows = await db.execute<{ [name in keyof DueMessage]: DueMessage[name] }>(sql`
    with ranked as (
      select webhook_id, event_id, next_at,
        row_number() over (partition by webhook_id order by next_at, event_id) as place
      from outbox
      where next_at <= now() and webhook_id in (select id from webhooks where enabled)
        and webhook_id not in (select json_array_elements_text(${JSON.stringify(claim.busy)}::json))
    ), claimed as (
      select outbox.webhook_id, outbox.event_id from outbox
      join ranked on ranked.webhook_id = outbox.webhook_id and ranked.event_id = outbox.event_id
      where outbox.next_at <= now() and place <= ${claim.perWebhookMax}
      order by outbox.next_at limit ${claim.limit} for update of outbox skip locked
    )
    update outbox
    set attempts = attempts + 1,
      next_at = clock_timestamp() + ${claim.leaseMs} * interval '1 millisecond'
    from claimed join webhooks on webhooks.id = claimed.webhook_id
    where outbox.webhook_id = claimed.webhook_id and outbox.event_id = claimed.event_id
    returning outbox.webhook_id as "webhookId", outbox.event_id as "eventId", payload, attempts,
      url, format, secret`);
  return [...rows];
}

/** `retryInMs` is null when the message is delivered or abandoned. */
export interface Outcome {
  readonly isDelivered: boolean;
  readonly error: string | null;
  readonly retryInMs: number | null;
}

/** Does nothing when another server has claimed the message since. */
export async function saveOutcome(
  db: Db | Tx,
  message: Pick<DueMessage, 'webhookId' | 'eventId' | 'attempts'>,
  { isDelivered, error, retryInMs }: Outcome,
): Promise<void> {
  const retryAt = sql`clock_timestamp() + ${retryInMs ?? 0} * interval '1 millisecond'`;
  await db
    .update(outbox)
    .set({
      deliveredAt: isDelivered ? sql`clock_timestamp()` : null,
      nextAt: retryInMs === null ? null : retryAt,
      lastError: error,
    })
    .where(
      and(
        eq(outbox.webhookId, message.webhookId),
        eq(outbox.eventId, message.eventId),
        eq(outbox.attempts, message.attempts),
      ),
    );
}

/** Stores a message that a user sends manually; no dispatcher claims it. */
export async function insertSentByHand(
  tx: Tx,
  message: { readonly webhookId: string; readonly eventId: string; readonly event: string },
  payload: EventPayload,
): Promise<void> {
  await tx.insert(outbox).values({ ...message, payload, attempts: 1, nextAt: null });
}

/** Deletes messages that were delivered or abandoned long ago. */
export async function pruneOutbox(db: Db): Promise<void> {
  await db
    .delete(outbox)
    .where(
      and(sql`${outbox.nextAt} is null`, lt(outbox.createdAt, sql`now() - interval '30 days'`)),
    );
}

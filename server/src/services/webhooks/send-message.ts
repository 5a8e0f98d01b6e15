import type { Outbound, OutboundAnswer } from '../../domain/outbound/outbound.js';
import { messageBody, pageOfEvent, signatureOf } from '../../domain/webhooks/message.js';
import type { DueMessage } from '../../store/outbox-dispatch-store.js';

export interface SendMessageDeps {
  readonly outbound: Outbound;
  readonly now: () => Date;
  /** Origin and base path of this server; null when not configured. */
  readonly publicUrl: string | null;
}

/** One attempt. Resolves to null when delivered, else to the error message. Never rejects. */
export async function sendMessage(
  { outbound, now, publicUrl }: SendMessageDeps,
  message: DueMessage,
  signal?: AbortSignal,
): Promise<string | null> {
  const { url, format, secret, eventId, payload } = message;
  const body = messageBody(format, payload, pageOfEvent(publicUrl, payload));
  const answer = await outbound.send({
    ...{ method: 'POST', url, body, ignoreBody: true },
    headers: {
      'Content-Type': 'application/json',
      'Sluice-Event-Id': eventId,
      'Sluice-Signature': signatureOf(secret, Math.floor(now().getTime() / 1_000), body),
    },
    ...(signal === undefined ? {} : { signal }),
  });
  return problemOf(answer);
}

function problemOf(answer: OutboundAnswer): string | null {
  if (answer.kind === 'failed') return answer.message;
  const { status } = answer;
  if (status >= 200 && status < 300) return null;
  const isRedirect = status >= 300 && status < 400;
  return `answered ${status}${isRedirect ? '; redirects are not followed' : ''}`;
}

import { createHmac } from 'node:crypto';
import type { WebhookFormat } from './webhook.js';

/** The event as recorded when it happened. */
export interface EventPayload {
  readonly project?: unknown;
  readonly environment?: unknown;
  readonly flag?: unknown;
  readonly sentence?: unknown;
  readonly [name: string]: unknown;
}

/** URL of the flag's page; null without a public URL or a flag. */
export function pageOfEvent(publicUrl: string | null, payload: EventPayload): string | null {
  const { project, environment, flag } = payload;
  if (publicUrl === null) return null;
  const places = [project, environment, 'flags', flag];
  if (!places.every((place): place is string => typeof place === 'string')) return publicUrl;
  return `${publicUrl}/${places.map(encodeURIComponent).join('/')}`;
}

/** The body of the message, which is signed and sent. */
export function messageBody(
  format: WebhookFormat,
  payload: EventPayload,
  url: string | null,
): string {
  if (format === 'sluice') return JSON.stringify({ ...payload, url });
  const { project, environment, flag, sentence } = payload;
  const where = [flag, environment, project].filter((place) => typeof place === 'string');
  const head = where.length === 0 ? '' : `${where.join(' · ')}: `;
  const text = [escapeForChat(`${head}${String(sentence ?? '')}`), ...(url === null ? [] : [url])];
  return JSON.stringify({ text: text.join('\n') });
}

/** `t=<seconds>,v1=<HMAC-SHA256 of "t.body">`: the receiver checks both age and content. */
export function signatureOf(secret: string, unixSeconds: number, body: string): string {
  const digest = createHmac('sha256', secret).update(`${unixSeconds}.${body}`).digest('hex');
  return `t=${unixSeconds},v1=${digest}`;
}

/** Prevents a flag name from mentioning a whole channel. */
function escapeForChat(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

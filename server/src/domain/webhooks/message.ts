import { createHmac } from 'node:crypto';
import type { WebhookFormat } from './webhook.js';

/** What happened, as it was written down when it did. */
export interface EventPayload {
  readonly project?: unknown;
  readonly environment?: unknown;
  readonly flag?: unknown;
  readonly sentence?: unknown;
  readonly [name: string]: unknown;
}

/** The page of the flag; null where nobody knows this server's address or there is no flag. */
export function pageOfEvent(publicUrl: string | null, payload: EventPayload): string | null {
  const { project, environment, flag } = payload;
  if (publicUrl === null) return null;
  const places = [project, environment, 'flags', flag];
  if (!places.every((place): place is string => typeof place === 'string')) return publicUrl;
  return `${publicUrl}/${places.map(encodeURIComponent).join('/')}`;
}

/** The bytes that are signed and sent. */
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

/** What somebody named a flag must not call a whole channel. */
function escapeForChat(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

import { RELEASE_EVENTS } from '../releases/moves.js';

/** Events that a webhook can subscribe to. */
export const WEBHOOK_EVENTS = [...RELEASE_EVENTS, 'flag_killed', 'flag_restored'] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

export const WEBHOOK_FORMATS = ['sluice', 'chat'] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

export const ATTEMPTS_MAX = 12;
const RETRY_MS_MIN = 5_000;
const RETRY_MS_MAX = 60 * 60_000;

/** Delay before the next attempt; `random` in [0, 1) spreads simultaneous retries. */
export function retryDelayMs(attempts: number, random: number): number {
  const fullMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** (attempts - 1));
  return Math.round(fullMs * (0.8 + 0.2 * random));
}

/** Anyone with the address of a chat webhook can post to it, so its path and query are hidden. */
export function shownUrl(text: string, format: WebhookFormat): string {
  const url = new URL(text);
  if (format === 'chat') return `${url.origin}/…`;
  return `${url.origin}${url.pathname}${url.search === '' ? '' : '?…'}`;
}

import { createHash } from 'node:crypto';

/** One name per server and key. The key decides the environment; only a hash of it is written. */
export function cacheName(url: string, key: string): string {
  return `sluice-${sha256(`${url}\n${key}`).slice(0, 32)}`;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

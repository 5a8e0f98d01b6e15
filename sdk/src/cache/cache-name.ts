import { createHash } from 'node:crypto';

/** One name per server and key. The key determines the environment; only its hash is written. */
export function cacheName(url: string, key: string): string {
  const digest = createHash('sha256').update(`${url}\n${key}`).digest('hex');
  return `sluice-${digest.slice(0, 32)}`;
}

import type { Heartbeat } from '@sluice/sdk/protocol';

/** One server-sent event as bytes; `data` is JSON, which never holds a raw line break. */
export function sseFrame(event: string, data: string, id?: string): Buffer {
  const head = id === undefined ? '' : `id: ${id}\n`;
  return Buffer.from(`${head}event: ${event}\ndata: ${data}\n\n`);
}

/** The server's clock; with an id it confirms that the client's revision is current. */
export function clockFrame(event: 'heartbeat' | 'current', now: number, id?: string): Buffer {
  return sseFrame(event, JSON.stringify({ now } satisfies Heartbeat), id);
}

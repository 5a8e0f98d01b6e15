import type { Readable } from 'node:stream';
import type { Context } from 'hono';
import { AppError } from '../domain/errors.js';
import type { AppEnv } from './app-env.js';

/**
 * Reads a body of at most `bytesMax` bytes; returns null when it is longer. It reads from Node's
 * request if possible, because the standard `Request` takes half the cost of a receipt.
 */
export async function readBody(c: Context<AppEnv>, bytesMax: number): Promise<Buffer | null> {
  const incoming = c.env?.incoming;
  if (incoming) return collect(incoming, bytesMax);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    length += chunk.byteLength;
    if (length > bytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** Stops reading at the limit but keeps the connection open, so that the client gets the 413. */
function collect(incoming: Readable, bytesMax: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= bytesMax) return void chunks.push(chunk);
      incoming.off('data', take).pause();
      resolve(null);
    };
    incoming.on('data', take);
    incoming.once('end', () => resolve(Buffer.concat(chunks, length)));
    incoming.once('error', reject);
    incoming.once('close', () => reject(new AppError('MALFORMED_BODY', 'the body ended early')));
  });
}

import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { pipeline, type Readable } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import type { HttpResponse, Transport } from './transport.js';

/**
 * HTTP over `node:http`. A stream read through `fetch` keeps the event loop alive, while our own
 * socket can be unreferenced. Redirects are not followed, because they would send the key to
 * another host.
 */
export const nodeTransport: Transport = (request, signal) =>
  new Promise((resolve, reject) => {
    const send = request.url.startsWith('https:') ? requestHttps : requestHttp;
    const options: RequestOptions = {
      method: request.method,
      headers: { ...request.headers, ...bodyLength(request.body) },
      agent: false,
      signal,
    };
    const outgoing = send(request.url, options, (incoming) => resolve(toResponse(incoming)));
    outgoing.on('socket', release);
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });

/**
 * Called again after the connect, because trying several addresses gives the socket a new handle.
 */
function release(socket: Socket): void {
  socket.unref();
  socket.once('connect', () => socket.unref());
}

function bodyLength(body: string | undefined): Record<string, number> {
  return body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
}

function toResponse(incoming: IncomingMessage): HttpResponse {
  return {
    status: incoming.statusCode ?? 0,
    header: (name) => incoming.headers[name.toLowerCase()]?.toString() ?? null,
    read: (onBytes) => read(decompressed(incoming), onBytes),
  };
}

/**
 * Uses events, because an async iterator would make each event of a stream several times slower.
 */
function read(body: Readable, onBytes: (bytes: Uint8Array) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    body.on('error', reject);
    body.on('end', resolve);
    body.on('close', () => reject(new Error('the connection ended before its body')));
    body.on('data', (bytes: Uint8Array) => {
      try {
        onBytes(bytes);
      } catch (error) {
        reject(error);
        body.destroy();
      }
    });
  });
}

function decompressed(incoming: IncomingMessage): Readable {
  if (incoming.headers['content-encoding'] !== 'gzip') return incoming;
  const gunzip = createGunzip({ flush: constants.Z_SYNC_FLUSH });
  // The reader of `gunzip` receives every error.
  return pipeline(incoming, gunzip, () => {});
}

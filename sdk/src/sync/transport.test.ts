import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selfSigned } from '../../../test/support/self-signed.js';
import { fetchTransport } from './fetch-transport.js';
import { nodeTransport } from './node-transport.js';
import { readText } from './polling.js';
import type { HttpRequest } from './transport.js';

let server: Server;
let handle: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const to = (request: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/path`,
  headers: { Authorization: 'Bearer k' },
  ...request,
});

describe.each([
  ['node:http', nodeTransport],
  ['fetch', fetchTransport(fetch)],
])('HTTP over %s', (_, transport) => {
  const { signal } = new AbortController();

  it('transmits method, headers and body, and returns status, headers and body', async () => {
    handle = (request, response) => {
      request.on('data', (bytes) => {
        response.writeHead(201, { ETag: '"x"', 'Content-Type': 'text/plain' });
        response.end(`${request.method} ${request.url} ${request.headers.authorization} ${bytes}`);
      });
    };
    const response = await transport(to({ method: 'POST', body: 'zoë' }), signal);
    expect(response.status).toBe(201);
    expect(response.header('etag')).toBe('"x"');
    expect(response.header('ETag')).toBe('"x"');
    expect(response.header('nothing')).toBeNull();
    expect(await readText(response, 100)).toBe('POST /path Bearer k zoë');
  });

  it('decompresses gzip', async () => {
    handle = (_request, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('packed'));
    };
    const response = await transport(to({ headers: { 'Accept-Encoding': 'gzip' } }), signal);
    expect(await readText(response, 100)).toBe('packed');
  });

  it('stops decompressing a gzip bomb', async () => {
    handle = (_request, response) => {
      const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb);
    };
    const response = await transport(to(), signal);
    await expect(readText(response, 1024 * 1024)).rejects.toThrow('larger than');
  });

  it('fails on invalid gzip', async () => {
    handle = (_request, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('plain');
    };
    const response = await transport(to(), signal);
    await expect(readText(response, 100)).rejects.toThrow();
  });

  it('does not follow a redirect, which would leak the key', async () => {
    const asked: (string | undefined)[] = [];
    handle = (request, response) => {
      asked.push(request.url);
      response.writeHead(302, { Location: '/elsewhere' }).end();
    };
    expect((await transport(to(), signal)).status).toBe(302);
    expect(asked).toEqual(['/path']);
  });

  it('rejects when aborted before the response, and fails the body if aborted later', async () => {
    handle = () => {};
    const early = new AbortController();
    const answer = transport(to(), early.signal);
    early.abort();
    await expect(answer).rejects.toThrow();
    handle = (_request, response) => response.writeHead(200).write('begin');
    const late = new AbortController();
    const response = await transport(to(), late.signal);
    const reading = readText(response, 100);
    late.abort();
    await expect(reading).rejects.toThrow();
  });

  it('rejects when no server listens', async () => {
    const request = to();
    await new Promise((resolve) => server.close(resolve));
    await expect(transport(request, signal)).rejects.toThrow();
    server = createServer().listen(0);
  });

  it('rejects a plain-text response to TLS', async () => {
    handle = (_request, response) => response.end();
    const url = to().url.replace('http:', 'https:');
    await expect(transport(to({ url }), signal)).rejects.toThrow();
  });

  it('rejects an untrusted certificate and sends it nothing', async () => {
    const received: string[] = [];
    const impostor = createTlsServer(await selfSigned(), (request, response) => {
      received.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve));
    const url = `https://localhost:${(impostor.address() as AddressInfo).port}/path`;
    await expect(transport(to({ url }), signal)).rejects.toThrow();
    expect(received).toEqual([]);
    impostor.close();
  });
});

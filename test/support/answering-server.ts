import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Respond = (response: ServerResponse, asked: Asked) => void;

export interface AnsweringServer {
  readonly url: string;
  readonly port: number;
  /** All received requests, oldest first. */
  readonly asked: readonly Asked[];
  /** Sets how the next requests are answered and clears the received ones. */
  answer(respond: Respond): void;
}

/** A real HTTP server whose answers the test defines. */
export function withAnsweringServer(host = '127.0.0.1'): AnsweringServer {
  let respond: Respond = (response) => response.end();
  let asked: Asked[] = [];
  let port = 0;
  const server = createServer((request, response) => {
    void readAll(request).then((body) => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body };
      asked.push(one);
      respond(response, one);
    });
  });
  beforeAll(async () => {
    server.listen(0, host);
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    get url() {
      return `http://${host}:${port}`;
    },
    get port() {
      return port;
    },
    get asked() {
      return asked;
    },
    answer(next) {
      respond = next;
      asked = [];
    },
  };
}

/** Answers with this status and body. */
export function saying(body: unknown, status = 200): Respond {
  return (response) => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

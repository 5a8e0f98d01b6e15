import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Ruleset } from '../../sdk/src/core/ruleset.js';
import type { EventBatch } from '../../sdk/src/protocol/event-batch.js';
import {
  EVENTS_PATH,
  RULESET_PATH,
  STREAM_PATH,
  TIME_HEADER,
} from '../../sdk/src/protocol/headers.js';
import { formatPosition } from '../../sdk/src/protocol/position.js';
import type { RulesetPatch, StreamEvent } from '../../sdk/src/protocol/ruleset-message.js';
import { Inbox } from './inbox.js';

/** Handles a request instead of the server; returns false to leave it alone. */
export type Override = (request: IncomingMessage, response: ServerResponse) => boolean;

/** One open stream, as the server sees it. */
export interface ServerStream {
  readonly lastEventId: string | null;
  readonly headers: IncomingMessage['headers'];
  readonly closed: Promise<void>;
  send(event: StreamEvent): void;
  write(bytes: string | Uint8Array): void;
  end(): void;
  destroy(): void;
}

/** The three SDK routes over real HTTP; a test publishes rules and injects faults. */
export class RulesetServer {
  readonly streams = new Inbox<ServerStream>();
  readonly polls = new Inbox<IncomingMessage>();
  readonly batches = new Inbox<EventBatch>();
  readonly requests = new Inbox<string>();
  ruleset: Ruleset;
  override: Override = () => false;
  /** What its clock says with each answer of rules; null: it does not say. */
  time: number | null = null;
  readonly #server: Server;
  readonly #open = new Set<ServerStream>();

  private constructor(ruleset: Ruleset) {
    this.ruleset = ruleset;
    this.#server = createServer((request, response) => this.#handle(request, response));
  }

  static async start(ruleset: Ruleset, port = 0): Promise<RulesetServer> {
    const server = new RulesetServer(ruleset);
    await new Promise<void>((resolve) => server.#server.listen(port, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get openStreams(): number {
    return this.#open.size;
  }

  /** Increases the revision and sends the change to every stream. */
  publish(change: Partial<Pick<RulesetPatch, 'flags' | 'segments' | 'receiptSpreadMs'>>): void {
    const { epoch, revision, at } = this.ruleset;
    const step = { epoch, from: revision, to: revision + 1, at: at + 1 };
    const patch: RulesetPatch = { flags: {}, segments: {}, ...change, ...step };
    this.ruleset = {
      ...this.ruleset,
      revision: patch.to,
      at: patch.at,
      flags: merge(this.ruleset.flags, patch.flags),
      segments: merge(this.ruleset.segments, patch.segments),
    };
    for (const stream of this.#open) this.#send(stream, 'patch', patch);
  }

  heartbeat(now: number): void {
    for (const stream of this.#open) stream.send({ event: 'heartbeat', data: { now } });
  }

  cutStreams(): void {
    for (const stream of this.#open) stream.destroy();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    this.requests.push(`${request.method} ${path}`);
    if (this.override(request, response)) return;
    if (path === STREAM_PATH) this.#stream(request, response);
    else if (path === RULESET_PATH) this.#poll(request, response);
    else if (path === EVENTS_PATH) this.#events(request, response);
    else response.writeHead(404).end();
  }

  #timeHeader(): Record<string, number> {
    return this.time === null ? {} : { [TIME_HEADER]: this.time };
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', ...this.#timeHeader() });
    const stream = toStream(request, response);
    this.#open.add(stream);
    void stream.closed.then(() => this.#open.delete(stream));
    stream.write(': ok\n\n');
    const isCurrent = stream.lastEventId === formatPosition(this.ruleset);
    if (isCurrent) this.#send(stream, 'current', { now: this.ruleset.at });
    else this.#send(stream, 'ruleset', this.ruleset);
    this.streams.push(stream);
  }

  #send(stream: ServerStream, event: 'ruleset' | 'patch' | 'current', data: unknown): void {
    stream.send({ event, id: formatPosition(this.ruleset), data } as StreamEvent);
  }

  #poll(request: IncomingMessage, response: ServerResponse): void {
    const body = JSON.stringify(this.ruleset);
    const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
    const isKnown = request.headers['if-none-match'] === etag;
    const headers = { ETag: etag, 'Content-Type': 'application/json', ...this.#timeHeader() };
    response.writeHead(isKnown ? 304 : 200, headers);
    response.end(isKnown ? undefined : body);
    this.polls.push(request);
  }

  #events(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const batch = JSON.parse(Buffer.concat(chunks).toString()) as EventBatch;
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ seq: batch.seq }));
      this.batches.push(batch);
    });
  }
}

function toStream(request: IncomingMessage, response: ServerResponse): ServerStream {
  return {
    lastEventId: request.headers['last-event-id']?.toString() ?? null,
    headers: request.headers,
    closed: new Promise((resolve) => response.once('close', resolve)),
    send: (event) => {
      const id = 'id' in event ? `id: ${event.id}\n` : '';
      response.write(`event: ${event.event}\n${id}data: ${JSON.stringify(event.data)}\n\n`);
    },
    write: (bytes) => response.write(bytes),
    end: () => response.end(),
    destroy: () => response.destroy(),
  };
}

function merge<T>(
  before: Readonly<Record<string, T>>,
  changes: Readonly<Record<string, T | null>>,
) {
  const merged = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null);
  return Object.fromEntries(merged) as Readonly<Record<string, T>>;
}

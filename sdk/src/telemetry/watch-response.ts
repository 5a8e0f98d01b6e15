import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestScope } from './request-scope.js';

/** Socket errors that mean that the client has disconnected. */
const GONE: readonly unknown[] = ['ECONNRESET', 'EPIPE', 'ECONNABORTED'];

/** Ends a scope with its response, or drops it when there is nothing to measure. */
export function watchResponse(
  scope: RequestScope,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (request.headers.upgrade !== undefined) {
    scope.leave();
    return;
  }
  leaveAtStream(scope, response);
  // Uses 'close' alone, because it follows a complete response at once and each listener costs
  // time.
  response.on('close', () => {
    if (response.writableFinished) scope.end(response.statusCode >= 500);
    else if (hasLeft(request)) scope.leave();
    else scope.end(true);
  });
}

/** An event stream lasts as long as its client listens, so its duration is meaningless. */
export function isEventStream(contentType: unknown): boolean {
  return String(contentType).toLowerCase().startsWith('text/event-stream');
}

/**
 * True when the client disconnected. When the server aborts, the socket shows neither an end nor an
 * error.
 */
function hasLeft({ socket }: IncomingMessage): boolean {
  const error = socket.errored as (Error & { readonly code?: unknown }) | null;
  return socket.readableEnded || GONE.includes(error?.code);
}

/** Headers may be set individually or with `writeHead`; only here both are known. */
function leaveAtStream(scope: RequestScope, response: ServerResponse): void {
  const writeHead = response.writeHead as (...head: unknown[]) => ServerResponse;
  response.writeHead = (...head: unknown[]) => {
    const written = writeHead.apply(response, head);
    const type = response.getHeader('content-type') ?? contentTypeIn(head.at(-1));
    if (isEventStream(type) || head[0] === 101) scope.leave();
    return written;
  };
}

function contentTypeIn(headers: unknown): unknown {
  if (Array.isArray(headers)) {
    const flat = headers.flat() as unknown[];
    return flat[flat.findIndex((name) => isContentType(name)) + 1];
  }
  if (typeof headers !== 'object' || headers === null) return undefined;
  return Object.entries(headers).find(([name]) => isContentType(name))?.[1];
}

function isContentType(name: unknown): boolean {
  return String(name).toLowerCase() === 'content-type';
}

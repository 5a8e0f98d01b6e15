/** The two sources of a client address, for any framework. */
export interface RequestSource {
  readonly socketAddress: string | null;
  header(name: string): string | null;
}

/**
 * Reads a Web `Request`, a Hono context, and the requests of Express, Fastify and `node:http`.
 * Returns null for any other object, which is then an evaluation context.
 */
export function requestSource(input: object): RequestSource | null {
  const shape = input as Shape;
  if (isNodeRequest(shape)) return nodeSource(shape);
  if (isNodeRequest(shape.raw)) return nodeSource(shape.raw);
  if (isWebRequest(shape)) return webSource(shape, null);
  if (isWebRequest(shape.req?.raw)) {
    const incoming = shape.env?.incoming;
    return webSource(shape.req.raw, isNodeRequest(incoming) ? incoming : null);
  }
  return null;
}

/**
 * Detects a literal or a JSON object, which is the usual case and always a context. Checking the
 * constructor is fastest; the prototype is checked when an attribute shadows it.
 */
export function isPlainContext(input: object): boolean {
  if (input.constructor === Object) return true;
  const prototype: unknown = Object.getPrototypeOf(input);
  return prototype === Object.prototype || prototype === null;
}

interface NodeRequest {
  readonly socket: { readonly remoteAddress?: string | undefined };
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

interface WebRequest {
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/** Fields that the request of a framework may have; each is checked before use. */
interface Shape {
  readonly url?: unknown;
  readonly headers?: unknown;
  readonly socket?: unknown;
  readonly raw?: Shape;
  readonly req?: { readonly raw?: Shape };
  readonly env?: { readonly incoming?: Shape };
}

function isNodeRequest(value: unknown): value is NodeRequest {
  const shape = value as Partial<NodeRequest> | null | undefined;
  return isObject(shape?.socket) && isObject(shape?.headers) && !isWebRequest(value);
}

function isWebRequest(value: unknown): value is WebRequest {
  const shape = value as Partial<WebRequest> | null | undefined;
  return typeof shape?.url === 'string' && typeof shape.headers?.get === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function nodeSource(request: NodeRequest): RequestSource {
  return {
    socketAddress: request.socket.remoteAddress ?? null,
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(',') : (value ?? null);
    },
  };
}

function webSource(request: WebRequest, incoming: NodeRequest | null): RequestSource {
  return {
    socketAddress: incoming?.socket.remoteAddress ?? null,
    header: (name) => request.headers.get(name),
  };
}

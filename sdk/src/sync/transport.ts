/** What the client asks of HTTP; `node-transport.ts` is the one that runs by default. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpResponse {
  readonly status: number;
  header(name: string): string | null;
  /** Bytes as they come, decompressed. Throws when the connection breaks. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Resolves with the headers. Rejects when there is no answer, or when `signal` aborts. */
export type Transport = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>;

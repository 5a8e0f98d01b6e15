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
  /**
   * Hands over the body as it comes, decompressed; resolves at its end. Rejects when the connection
   * breaks and when `onBytes` throws. Once, and soon: an unread body holds its connection.
   */
  read(onBytes: (bytes: Uint8Array) => void): Promise<void>;
}

/** Resolves with the headers. Rejects when there is no answer, or when `signal` aborts. */
export type Transport = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>;

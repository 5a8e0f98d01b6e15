/** An HTTP request of the client; `node-transport.ts` implements the default transport. */
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
   * Passes on the body as it arrives, decompressed; resolves at its end. Rejects when the
   * connection fails or `onBytes` throws. Must be called once and soon, because an unread body
   * keeps its connection open.
   */
  read(onBytes: (bytes: Uint8Array) => void): Promise<void>;
}

/** Resolves when the headers arrive. Rejects when there is no response or `signal` aborts. */
export type Transport = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>;

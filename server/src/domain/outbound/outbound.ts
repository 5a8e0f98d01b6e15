/** One request to an external server; redirects are never followed. */
export interface OutboundRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Covers DNS lookup to last byte; 5 s when absent. */
  readonly timeoutMs?: number;
  /** Only the status matters; the body is not read. */
  readonly ignoreBody?: boolean;
  readonly signal?: AbortSignal;
}

export type OutboundProblem =
  | 'BAD_URL'
  | 'ADDRESS_REFUSED'
  | 'TIMEOUT'
  | 'NO_CONNECTION'
  | 'BAD_ANSWER';

/** Any HTTP status is an answer. Messages contain the host, never a path, query or header. */
export type OutboundAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | {
      readonly kind: 'failed';
      readonly problem: OutboundProblem;
      readonly message: string;
    };

/** Sends all outgoing requests of metric sources and webhooks. */
export interface Outbound {
  /** Never rejects. */
  send(request: OutboundRequest): Promise<OutboundAnswer>;
  /** Why the address would be rejected; null if nothing known at present forbids it. */
  problemOfUrl(url: string): Promise<string | null>;
}

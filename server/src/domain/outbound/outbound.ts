/** One request to somebody else's server; redirects are never followed. */
export interface OutboundRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the look-up of the name to the last byte; 5 s when absent. */
  readonly timeoutMs?: number;
  /** Only the status matters, whatever comes behind it. */
  readonly ignoreBody?: boolean;
  readonly signal?: AbortSignal;
}

export type OutboundProblem =
  | 'BAD_URL'
  | 'ADDRESS_REFUSED'
  | 'TIMEOUT'
  | 'NO_CONNECTION'
  | 'BAD_ANSWER';

/** Any status is an answer. A message names the host, never a path, query or header. */
export type OutboundAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | {
      readonly kind: 'failed';
      readonly problem: OutboundProblem;
      readonly message: string;
    };

/** The one way out of this process, for metric sources and webhooks. */
export interface Outbound {
  /** Never rejects. */
  send(request: OutboundRequest): Promise<OutboundAnswer>;
  /** Why the address would be refused, in words; null: it would not, as far as is known now. */
  problemOfUrl(url: string): Promise<string | null>;
}

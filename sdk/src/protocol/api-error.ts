/** The error body of the management API: RFC 9457 with a stable `code`. */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly requestId: string;
  /** One entry per invalid field; `pointer` is a JSON pointer into the request body. */
  readonly errors?: readonly FieldError[];
  /** The version and state on the server, when `If-Match` was outdated. */
  readonly current?: unknown;
}

export interface FieldError {
  readonly pointer: string;
  readonly message: string;
}

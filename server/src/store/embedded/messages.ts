/** What the server tells the process that runs the embedded database. */
export type Order = { readonly kind: 'ping' } | { readonly kind: 'stop' };

/** What that process answers. */
export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'pong' }
  /** The data directory belongs to somebody else. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

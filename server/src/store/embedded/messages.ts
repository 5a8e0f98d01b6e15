/** What the server tells the process that runs the embedded database. */
export type Order = { readonly kind: 'ping'; readonly id: number } | { readonly kind: 'stop' };

/** What that process answers. */
export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'pong'; readonly id: number };

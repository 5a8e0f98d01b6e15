/** The author of a change; taken from the session or key, never from a request body. */
export type Actor =
  | { readonly kind: 'user'; readonly id: string; readonly name: string; readonly email: string }
  | {
      readonly kind: 'apiKey';
      readonly id: string;
      readonly name: string;
      /** Null for all projects. */
      readonly projectId: string | null;
    }
  | { readonly kind: 'system'; readonly id: string; readonly name: string };

export const SYSTEM: Actor = { kind: 'system', id: 'system', name: 'Sluice' };

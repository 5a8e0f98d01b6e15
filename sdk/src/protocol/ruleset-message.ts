import type { Flag, Ruleset, Segment } from '../core/ruleset.js';

/** The changes between two revisions. An entry replaces the whole value; `null` removes it. */
export interface RulesetPatch {
  readonly epoch: string;
  /** The revision that this patch applies to. */
  readonly from: number;
  readonly to: number;
  /** When `to` was committed, epoch milliseconds of the server. */
  readonly at: number;
  readonly flags: Readonly<Record<string, Flag | null>>;
  readonly segments: Readonly<Record<string, Segment | null>>;
  /** Set when a flag was killed: the client sends its receipt early, spread over this many ms. */
  readonly receiptSpreadMs?: number;
}

/** The server is shutting down. The client opens a new stream after this many milliseconds. */
export interface Goodbye {
  readonly afterMs: number;
}

/** The server's clock, epoch milliseconds. It also proves that the stream works. */
export interface Heartbeat {
  readonly now: number;
}

/** Events of `GET /sdk/v1/stream` by name. Clients ignore unknown names. */
export type StreamEvent =
  | { readonly event: 'ruleset'; readonly id: string; readonly data: Ruleset }
  /** The client's `Last-Event-ID` is the current revision. */
  | { readonly event: 'current'; readonly id: string; readonly data: Heartbeat }
  | { readonly event: 'patch'; readonly id: string; readonly data: RulesetPatch }
  | { readonly event: 'heartbeat'; readonly data: Heartbeat }
  | { readonly event: 'goodbye'; readonly data: Goodbye };

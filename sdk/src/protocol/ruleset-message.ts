import type { Flag, Ruleset, Segment } from '../core/ruleset.js';

/** What changed between two revisions; an entry replaces the whole value, `null` means gone. */
export interface RulesetPatch {
  readonly epoch: string;
  /** The revision that this patch applies to. */
  readonly from: number;
  readonly to: number;
  /** When `to` was committed, epoch milliseconds of the server. */
  readonly at: number;
  readonly flags: Readonly<Record<string, Flag | null>>;
  readonly segments: Readonly<Record<string, Segment | null>>;
  /** Present when a flag was killed: report the revision at once, spread over this many ms. */
  readonly receiptSpreadMs?: number;
}

/** The server is leaving: open a new stream after this many milliseconds. */
export interface Goodbye {
  readonly afterMs: number;
}

/** Server's clock, epoch milliseconds; also shows that the stream is alive. */
export interface Heartbeat {
  readonly now: number;
}

/** Events of `GET /sdk/v1/stream`, by name. An unknown name is ignored. */
export type StreamEvent =
  | { readonly event: 'ruleset'; readonly id: string; readonly data: Ruleset }
  /** The client's `Last-Event-ID` is the current revision. */
  | { readonly event: 'current'; readonly id: string; readonly data: Heartbeat }
  | { readonly event: 'patch'; readonly id: string; readonly data: RulesetPatch }
  | { readonly event: 'heartbeat'; readonly data: Heartbeat }
  | { readonly event: 'goodbye'; readonly data: Goodbye };

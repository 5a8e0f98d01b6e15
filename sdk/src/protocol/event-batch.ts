import type { Position } from './ruleset-message.js';

/**
 * What an instance posts to `/sdk/v1/events`: for now the revision that it has applied.
 * `seq` counts from 1 without gaps per instance, so a repeat is acknowledged and not counted.
 */
export interface EventBatch {
  readonly seq: number;
  /** The sender's clock when the batch was closed, epoch milliseconds. */
  readonly at: number;
  readonly applied: Position | null;
}

/** Answer to a stored batch. */
export interface EventBatchAck {
  readonly seq: number;
}

import { isRecord } from '../core/json.js';
import type { Decoded } from './decode-ruleset.js';
import { isCount } from './json-text.js';
import { isEpoch, type Position } from './position.js';

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

/** An event batch from parsed JSON; fields that this version does not know are dropped. */
export function decodeEventBatch(input: unknown): Decoded<EventBatch> {
  if (!isRecord(input)) return { problem: 'event batch: expected an object' };
  if (!isCount(input.seq) || input.seq === 0) {
    return { problem: 'event batch: seq must be a whole number from 1' };
  }
  if (!isCount(input.at)) return { problem: 'event batch: at must be epoch milliseconds' };
  const { applied } = input;
  if (applied === null || applied === undefined) {
    return { value: { seq: input.seq, at: input.at, applied: null } };
  }
  if (!isRecord(applied) || !isEpoch(applied.epoch) || !isCount(applied.revision)) {
    return { problem: 'event batch: applied must be an epoch and a revision, or null' };
  }
  const position = { epoch: applied.epoch, revision: applied.revision };
  return { value: { seq: input.seq, at: input.at, applied: position } };
}

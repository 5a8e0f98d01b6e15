export type { FieldError, Problem } from './api-error.js';
export { decodeEvent, type RawEvent } from './decode-event.js';
export { BUCKETS, decodeEventBatch, SLOTS_MAX } from './decode-event-batch.js';
export {
  type Decoded,
  decodePatch,
  decodeRuleset,
  RULESET_BYTES_MAX,
  RULESET_FLAGS_MAX,
} from './decode-ruleset.js';
export {
  type BucketEntry,
  type EventBatch,
  type EventBatchAck,
  type EventSlot,
  type MetricSlot,
  type ReleaseSlot,
  SLOT_MS,
} from './event-batch.js';
export {
  EVENTS_PATH,
  INSTANCE_HEADER,
  RULESET_PATH,
  SDK_HEADER,
  SERVICE_HEADER,
  SERVICE_VERSION_HEADER,
  STREAM_PATH,
  TIME_HEADER,
} from './headers.js';
export {
  formatPosition,
  isEpoch,
  isSamePosition,
  type Position,
  parsePosition,
} from './position.js';
export type { Goodbye, Heartbeat, RulesetPatch, StreamEvent } from './ruleset-message.js';
export { decodeSketch, encodeSketch, Sketch } from './sketch.js';

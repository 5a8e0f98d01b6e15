export type { FieldError, Problem } from './api-error.js';
export type { EventBatch, EventBatchAck } from './event-batch.js';
export {
  INSTANCE_HEADER,
  SDK_HEADER,
  SERVICE_HEADER,
  SERVICE_VERSION_HEADER,
} from './headers.js';
export type {
  Goodbye,
  Heartbeat,
  Position,
  RulesetPatch,
  StreamEvent,
} from './ruleset-message.js';

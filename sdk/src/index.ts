export { createClient } from './client.js';
export type { Clock, Timer } from './clock.js';
export type { EvaluationContext } from './core/context.js';
export type { ErrorCode, Reason, ResolutionDetails } from './core/resolution.js';
export type { FlagType, JsonValue, Ruleset } from './core/ruleset.js';
export type {
  Change,
  ClientError,
  ClientEvents,
  ClientStatus,
  ContextOrRequest,
  FlagClient,
  ReadyState,
} from './flag-client.js';
export type { Logger } from './log.js';
export type { ClientOptions } from './options.js';
export type { Mode } from './sync/reconnect-policy.js';
export type { Source } from './sync/snapshot.js';

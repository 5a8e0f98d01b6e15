import type { JsonValue } from './ruleset.js';

/** Why a value was served; names as in OpenFeature. */
export type Reason =
  /** `status: on` or `inherit`: no rule took part. */
  | 'STATIC'
  /** A rule matched. */
  | 'TARGETING_MATCH'
  /** A rollout or a split decided. */
  | 'SPLIT'
  /** No rule was taken. */
  | 'DEFAULT'
  /** Off, killed, or the parent is not active. */
  | 'DISABLED'
  | 'ERROR';

export type ErrorCode =
  | 'PROVIDER_NOT_READY'
  | 'FLAG_NOT_FOUND'
  | 'PARSE_ERROR'
  | 'TYPE_MISMATCH'
  | 'GENERAL';

export type Arm = 'treatment' | 'control';

/** A release rule that the evaluation reached, and the side that the subject is on. */
export interface ReleaseArm {
  readonly flag: string;
  readonly id: string;
  readonly phase: number;
  readonly arm: Arm;
}

export interface ResolutionDetails<T = JsonValue> {
  readonly value: T;
  readonly variant?: string;
  readonly reason: Reason;
  readonly ruleId?: string;
  readonly errorCode?: ErrorCode;
  readonly releases?: readonly ReleaseArm[];
}

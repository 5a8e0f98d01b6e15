import type { JsonValue } from './ruleset.js';

/** Why a value was served. The names are those of OpenFeature. */
export type Reason =
  /** `status: on` or `inherit`: no rule was involved. */
  | 'STATIC'
  /** A rule matched. */
  | 'TARGETING_MATCH'
  /** A rollout or a split selected the value. */
  | 'SPLIT'
  /** No rule applied. */
  | 'DEFAULT'
  /** The flag is off or killed, or its parent is not active. */
  | 'DISABLED'
  | 'ERROR';

export type ErrorCode =
  | 'PROVIDER_NOT_READY'
  | 'FLAG_NOT_FOUND'
  | 'PARSE_ERROR'
  | 'TYPE_MISMATCH'
  | 'GENERAL';

export type Arm = 'treatment' | 'control';

/** A release rule that the evaluation reached, and the group of the user. */
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

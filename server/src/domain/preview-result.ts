import {
  type CompiledRuleset,
  type ErrorCode,
  type EvaluationContext,
  evaluate,
  isActive,
  type JsonValue,
  type Reason,
} from '@sluice/sdk/core';

export interface PreviewResult {
  /** Null where there is no value to serve: the caller's own default stands. */
  readonly value: JsonValue;
  readonly variant?: string;
  readonly reason: Reason;
  readonly ruleId?: string;
  readonly errorCode?: ErrorCode;
  readonly active: boolean;
}

/** What a context gets and why; no type is asked for. */
export function previewResult(
  compiled: CompiledRuleset,
  key: string,
  context: EvaluationContext,
  now: number,
): PreviewResult {
  const { value, variant, reason, ruleId, errorCode } = evaluate<JsonValue | undefined>(
    compiled,
    key,
    undefined,
    context,
    now,
  );
  return {
    value: value ?? null,
    ...(variant === undefined ? {} : { variant }),
    reason,
    ...(ruleId === undefined ? {} : { ruleId }),
    ...(errorCode === undefined ? {} : { errorCode }),
    active: isActive(compiled, key, context, false, now),
  };
}

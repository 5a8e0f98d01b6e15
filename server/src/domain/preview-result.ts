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
  /** Null without a value to serve: the caller's default applies. */
  readonly value: JsonValue;
  readonly variant?: string;
  readonly reason: Reason;
  readonly ruleId?: string;
  readonly errorCode?: ErrorCode;
  readonly active: boolean;
}

/** Evaluates a flag of any type for a context, with the reason. */
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

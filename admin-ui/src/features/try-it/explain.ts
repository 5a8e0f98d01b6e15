import type * as Core from '@sluice/sdk/core';
import type { EvaluationContext, Flag, JsonValue, Rule } from '@sluice/sdk/core';

/** Loaded when first needed, because the evaluator includes a regular expression engine. */
export type Evaluator = Pick<typeof Core, 'compile' | 'evaluate' | 'isActive' | 'bucketOf'>;

export interface RuleStep {
  readonly id: string;
  readonly outcome: 'taken' | 'no-match' | 'not-drawn' | 'not-reached';
  /** The position of the user from 0 to 100 %, for a rollout whose condition holds. */
  readonly place?: number;
}

export interface Explanation {
  readonly value: JsonValue | undefined;
  readonly variant: string | undefined;
  readonly reason: Core.Reason;
  readonly ruleId: string | undefined;
  readonly errorCode: Core.ErrorCode | undefined;
  readonly isActive: boolean;
  readonly steps: readonly RuleStep[];
  readonly sentence: string;
}

export interface Question {
  /** The ruleset that contains the flag. */
  readonly live: Core.CompiledRuleset;
  readonly flagKey: string;
  /** Replaces the flag of the same key in the ruleset. */
  readonly flag: Flag;
  readonly context: EvaluationContext;
  readonly now: number;
}

/** Explains what a context gets and why. Each step runs the evaluator that SDKs use. */
export function explain(core: Evaluator, question: Question): Explanation {
  const { live, flagKey, flag, context, now } = question;
  const flags = { ...live.ruleset.flags, [flagKey]: flag };
  const compiled = core.compile({ ...live.ruleset, flags }, live);
  const details = core.evaluate<JsonValue | undefined>(compiled, flagKey, undefined, context, now);
  const decidedByRules = !['DISABLED', 'STATIC', 'ERROR'].includes(details.reason);
  const steps = decidedByRules
    ? readableRules(flag).map((rule) => stepOf(core, question, rule, details.ruleId))
    : [];
  return {
    value: details.value,
    variant: details.variant,
    reason: details.reason,
    ruleId: details.ruleId,
    errorCode: details.errorCode,
    isActive: core.isActive(compiled, flagKey, context, false, now),
    steps: markUnreached(steps),
    sentence: describeReason(flag, details),
  };
}

/** Skips entries that are not rules, as the evaluator does. */
function readableRules({ rules = [] }: Flag): readonly Rule[] {
  return rules.filter((rule: unknown) => typeof rule === 'object' && rule !== null);
}

function stepOf(
  core: Evaluator,
  question: Question,
  rule: Rule,
  takenId: string | undefined,
): RuleStep {
  const { id, rollout } = rule;
  const place = rollout && holds(core, question, rule) ? placeOf(core, question, rule) : undefined;
  if (id === takenId) {
    return place === undefined ? { id, outcome: 'taken' } : { id, outcome: 'taken', place };
  }
  return place === undefined ? { id, outcome: 'no-match' } : { id, outcome: 'not-drawn', place };
}

/** Evaluates a flag that has only this rule, without its rollout. */
function holds(core: Evaluator, { live, flag, context, now }: Question, rule: Rule): boolean {
  const { rollout: _, ...always } = rule;
  const probe: Flag = { ...flag, status: 'conditional', killed: false, rules: [always] };
  const { parent: __, ...alone } = probe;
  const compiled = core.compile({ ...live.ruleset, flags: { probe: alone } });
  return core.evaluate(compiled, 'probe', undefined, context, now).ruleId === rule.id;
}

function placeOf(
  core: Evaluator,
  { flag, context }: Question,
  { rollout }: Rule,
): number | undefined {
  const by = rollout?.by ?? 'targetingKey';
  const unit = Object.hasOwn(context, by) ? context[by] : undefined;
  const usable = (typeof unit === 'string' && unit !== '') || Number.isFinite(unit);
  return usable && (rollout?.hash ?? 'sluice') === 'sluice'
    ? core.bucketOf(rollout?.seed ?? flag.seed, String(unit)) / 1000
    : undefined;
}

function markUnreached(steps: readonly RuleStep[]): RuleStep[] {
  const taken = steps.findIndex(({ outcome }) => outcome === 'taken');
  return steps.map((step, index) =>
    taken >= 0 && index > taken ? { id: step.id, outcome: 'not-reached' } : step,
  );
}

function describeReason(flag: Flag, details: Core.ResolutionDetails<unknown>): string {
  switch (details.reason) {
    case 'DISABLED':
      if (flag.killed) return 'Killed: everybody gets the off variant.';
      return flag.status === 'off'
        ? 'The status is off: everybody gets the off variant.'
        : `The parent “${flag.parent}” is not active for this context, so this flag is off.`;
    case 'STATIC':
      return `The status is ${flag.status}: rules take no part.`;
    case 'TARGETING_MATCH':
    case 'SPLIT':
      return `Rule “${details.ruleId}” is the first that takes this context.`;
    case 'DEFAULT':
      return 'No rule takes this context, so it gets the default variant.';
    case 'ERROR':
      return `The evaluation failed (${details.errorCode}): the caller's default is used.`;
  }
}

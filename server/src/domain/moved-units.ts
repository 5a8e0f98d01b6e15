import {
  type CompiledRuleset,
  type EvaluationContext,
  evaluate,
  type Flag,
} from '@sluice/sdk/core';

export interface Comparison {
  readonly flag: string;
  readonly live: CompiledRuleset;
  readonly proposed: CompiledRuleset;
  /** Other attributes of the units; unit `i` uses context `i` modulo the number of contexts. */
  readonly contexts: readonly EvaluationContext[];
  /** Attributes that contain the unit's name. */
  readonly by: readonly string[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Counts the synthetic units of a range that would be served another variant. */
export function countMovedUnits(
  comparison: Comparison,
  range: { readonly first: number; readonly count: number },
): number {
  const { flag, live, proposed, contexts, by, now } = comparison;
  let moved = 0;
  for (let index = range.first; index < range.first + range.count; index += 1) {
    const unit = `unit-${index}`;
    const context = {
      ...contexts[index % contexts.length],
      ...Object.fromEntries(by.map((attribute) => [attribute, unit])),
    };
    const before = evaluate(live, flag, undefined, context, now);
    const after = evaluate(proposed, flag, undefined, context, now);
    if (before.variant !== after.variant) moved += 1;
  }
  return moved;
}

/** All attributes that these flags draw units by. */
export function unitAttributes(flags: Iterable<Pick<Flag, 'rules'>>): readonly string[] {
  const names = new Set(['targetingKey']);
  for (const flag of flags) {
    for (const { rollout } of flag.rules ?? []) {
      if (rollout?.by !== undefined) names.add(rollout.by);
    }
  }
  return [...names];
}

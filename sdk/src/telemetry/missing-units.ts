import type { CompiledFlag } from '../core/compiled.js';
import { type EvaluationContext, readUnit, subjectOf } from '../core/context.js';

/**
 * The attribute for want of which a rollout or split passed somebody by; null when none did. That
 * is no error of the evaluation, but hardly ever what the caller meant.
 */
export function missingUnit(
  flag: CompiledFlag | undefined,
  context: EvaluationContext,
  now: number,
): string | null {
  const subject = subjectOf(context);
  for (const { draw, matches } of flag?.body.rules ?? []) {
    if (draw === undefined || readUnit(subject, draw.unit) !== '') continue;
    if (matches === undefined || matches(subject, now)) return draw.unit.name;
  }
  return null;
}

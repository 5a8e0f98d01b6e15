import type { CompiledRuleset } from '../core/index.js';

/**
 * Flags whose outcome may differ between two rulesets. `compile` takes a flag over as it is when
 * neither it nor a segment nor a parent changed, so whatever is another object has changed.
 */
export function changedKeys(before: CompiledRuleset | null, after: CompiledRuleset): string[] {
  const changed: string[] = [];
  for (const [key, flag] of after.flags) {
    if (before?.flags.get(key) !== flag) changed.push(key);
  }
  for (const key of before?.flags.keys() ?? []) if (!after.flags.has(key)) changed.push(key);
  return changed.sort();
}

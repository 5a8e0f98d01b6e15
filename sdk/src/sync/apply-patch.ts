import type { Ruleset } from '../core/ruleset.js';
import type { RulesetPatch } from '../protocol/ruleset-message.js';

/** A new ruleset; entries of the patch replace whole values, `null` takes one away. */
export function applyPatch(ruleset: Ruleset, patch: RulesetPatch): Ruleset {
  return {
    ...ruleset,
    revision: patch.to,
    at: patch.at,
    flags: merged(ruleset.flags, patch.flags),
    segments: merged(ruleset.segments, patch.segments),
  };
}

/** Without a prototype, so that a key like `__proto__` is a key like any other. */
function merged<T>(
  before: Readonly<Record<string, T>>,
  changes: Readonly<Record<string, T | null>>,
): Readonly<Record<string, T>> {
  const changed = Object.entries(changes);
  if (changed.length === 0) return before;
  const after: Record<string, T> = Object.assign(Object.create(null), before);
  for (const [key, value] of changed) {
    if (value === null) delete after[key];
    else after[key] = value;
  }
  return after;
}

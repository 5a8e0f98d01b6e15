import { isRecord, own } from '../json.js';
import { CONDITION_DEPTH_MAX } from '../limits.js';
import type { Operator } from '../ruleset.js';

const PATTERN: Operator = 'matches';
/** Without patterns, a test of this many values compiles in a fraction of a millisecond. */
const CHEAP_VALUES_MAX = 100;

/** Whether the condition is slow to compile, without the segments that it names. */
export function isCostly(when: unknown, depth = 1): boolean {
  if (!isRecord(when) || depth > CONDITION_DEPTH_MAX) return false;
  const values = own(when, 'values');
  if (Array.isArray(values)) {
    return own(when, 'operator') === PATTERN || values.length > CHEAP_VALUES_MAX;
  }
  return [own(when, 'not'), ...listOf(own(when, 'all')), ...listOf(own(when, 'any'))].some((part) =>
    isCostly(part, depth + 1),
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

import type { CompiledFlag } from './compiled-flag.js';
import type { FlagTable } from './flag-table.js';
import { PARENTS_MAX } from './limits.js';

/**
 * Returns the parent of a flag that has one. Returns undefined when a parent in its chain is
 * missing, or when the chain is too long or a cycle; then the flag is never active.
 */
export function parentOf(flag: CompiledFlag, flags: FlagTable): CompiledFlag | undefined {
  const parent = flagNamed(flag.parentKey, flags);
  let last = parent;
  for (let count = 1; last !== undefined && last.parentKey !== undefined; count++) {
    if (count >= PARENTS_MAX) return undefined;
    last = flagNamed(last.parentKey, flags);
  }
  return last === undefined ? undefined : parent;
}

function flagNamed(key: unknown, flags: FlagTable): CompiledFlag | undefined {
  return typeof key === 'string' ? flags.get(key) : undefined;
}

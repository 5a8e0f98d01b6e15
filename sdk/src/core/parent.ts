import type { CompiledFlag, ReadFlag } from './compiled.js';
import { PARENTS_MAX } from './limits.js';

const ENDLESS = Number.POSITIVE_INFINITY;

/**
 * Gives every flag its parent. Missing parents, cycles and too long chains shut a flag out, which
 * is known here, so evaluation only ever walks chains that end.
 */
export function linkParents(
  flags: ReadonlyMap<string, ReadFlag>,
  previous?: ReadonlyMap<string, CompiledFlag>,
): Map<string, CompiledFlag> {
  const linked = new Map<string, CompiledFlag>();
  for (const [key, flag] of flags) {
    if (linked.has(key)) continue;
    const isRoot = flag.origin.parentKey === undefined;
    const chain = isRoot ? [key] : unlinkedChain(key, flags, linked);
    for (const link of chain.reverse()) {
      linked.set(link, withParent(flags.get(link)!, linked, previous?.get(link)));
    }
  }
  return linked;
}

/** From a flag upwards to the first that is linked, missing or already on the way. */
function unlinkedChain(
  key: string,
  flags: ReadonlyMap<string, ReadFlag>,
  linked: ReadonlyMap<string, CompiledFlag>,
): string[] {
  const chain = new Set<string>();
  let next: unknown = key;
  while (typeof next === 'string' && !chain.has(next) && !linked.has(next)) {
    const flag = flags.get(next);
    if (flag === undefined) break;
    chain.add(next);
    next = flag.origin.parentKey;
  }
  return [...chain];
}

/** A parent that is not linked by now is missing, or waits for this very flag. */
function withParent(
  { body, origin }: ReadFlag,
  linked: ReadonlyMap<string, CompiledFlag>,
  before: CompiledFlag | undefined,
): CompiledFlag {
  const { parentKey } = origin;
  const parent = typeof parentKey === 'string' ? linked.get(parentKey) : undefined;
  const parentCount = parentKey === undefined ? 0 : (parent?.parentCount ?? ENDLESS) + 1;
  if (before?.body === body && before.parent === parent && before.parentCount === parentCount) {
    return before;
  }
  const isShutOut = parentCount > PARENTS_MAX;
  const fixed = body.fixed ?? (isShutOut ? body.disabled : undefined);
  return { body, origin, fixed, parent, parentCount };
}

import { segmentNames } from '../conditions/segment.js';
import { isRecord, own } from '../json.js';

type Documents = Readonly<Record<string, unknown>>;

/** The flags of the parent cycle that `key` leads to, in order; nothing when its chain ends. */
export function findParentCycle(flags: Documents, key: string): string[] | undefined {
  const chain = parentChain(flags, key);
  const last = chain.at(-1);
  const next = last === undefined ? undefined : parentKey(flags, last);
  const start = typeof next === 'string' ? chain.indexOf(next) : -1;
  return start < 0 ? undefined : chain.slice(start);
}

/** The number of parents above a flag; each flag counts once. */
export function parentChainLength(flags: Documents, key: string): number {
  return Math.max(0, parentChain(flags, key).length - 1);
}

/** The flag, its parent and so on, until the chain ends or repeats. */
function parentChain(flags: Documents, key: string): string[] {
  const chain = new Set<string>();
  let next: unknown = key;
  while (typeof next === 'string' && Object.hasOwn(flags, next) && !chain.has(next)) {
    chain.add(next);
    next = parentKey(flags, next);
  }
  return [...chain];
}

function parentKey(flags: Documents, key: string): unknown {
  const flag = flags[key];
  return isRecord(flag) ? own(flag, 'parent') : undefined;
}

/** The segments of the cycle that `key` leads to, in order; nothing when there is none. */
export function findSegmentCycle(segments: Documents, key: string): string[] | undefined {
  const path: string[] = [];
  const waiting: { name: string; depth: number }[] = [{ name: key, depth: 0 }];
  const done = new Set<string>();
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    path.length = step.depth;
    const start = path.indexOf(step.name);
    if (start >= 0) return path.slice(start);
    if (done.has(step.name) || !Object.hasOwn(segments, step.name)) continue;
    done.add(step.name);
    path.push(step.name);
    for (const name of namesIn(segments[step.name])) waiting.push({ name, depth: path.length });
  }
  return undefined;
}

function namesIn(segment: unknown): ReadonlySet<string> {
  return segmentNames(isRecord(segment) ? own(segment, 'when') : undefined);
}

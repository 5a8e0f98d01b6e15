import { type Condition, segmentNames } from '@sluice/sdk/core';

/** The named segments and all segments that they refer to, directly or through others. */
export function closureOfSegments(
  names: Iterable<string>,
  segments: ReadonlyMap<string, Condition>,
): Readonly<Record<string, { readonly when: Condition }>> {
  const reached = new Map<string, { readonly when: Condition }>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const when = segments.get(name);
    if (when === undefined || reached.has(name)) continue;
    reached.set(name, { when });
    waiting.push(...segmentNames(when));
  }
  return Object.fromEntries(reached);
}

/** The segment itself and all segments that refer to it, directly or through others. */
export function dependentsOfSegment(
  key: string,
  segments: ReadonlyMap<string, Condition>,
): ReadonlySet<string> {
  const users = new Map<string, string[]>();
  for (const [user, when] of segments) {
    for (const name of segmentNames(when)) users.set(name, [...(users.get(name) ?? []), user]);
  }
  const found = new Set<string>();
  const waiting = [key];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    waiting.push(...(users.get(name) ?? []));
  }
  return found;
}

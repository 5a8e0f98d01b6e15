import type { Condition, Leaf } from '@sluice/sdk/core';

type Context = Record<string, unknown>;
export type Segments = ReadonlyMap<string, Condition>;

const DEPTH_MAX = 20;

/** The attributes of a user that probably matches the condition. */
export function sampleContext(condition: Condition | undefined, segments: Segments): Context {
  return attributesFor(condition, segments, 0);
}

function attributesFor(
  condition: Condition | undefined,
  segments: Segments,
  depth: number,
): Context {
  if (condition === undefined || depth > DEPTH_MAX || 'not' in condition) {
    // A missing attribute makes a leaf false, so omitting it is the best guess for "not".
    return {};
  }
  const into = (part: Condition | undefined): Context => attributesFor(part, segments, depth + 1);
  if ('all' in condition) {
    return Object.assign({}, ...condition.all.map(into));
  }
  if ('any' in condition) {
    return into(condition.any[0]);
  }
  if ('segment' in condition) {
    return into(segments.get(condition.segment));
  }
  const value = valueFor(condition);
  return value === undefined ? {} : { [condition.attribute]: value };
}

function valueFor({ operator, values }: Leaf): unknown {
  const first = values[0];
  switch (operator) {
    case 'exists':
      return 'something';
    case 'lessThan':
      return Number(first) - 1;
    case 'greaterThan':
      return Number(first) + 1;
    case 'before':
      return Date.parse(String(first)) - 1;
    case 'after':
      return Date.parse(String(first)) + 1;
    case 'ipIn':
      return String(first).split('/')[0];
    case 'semverLessThan':
      return '0.0.0-0';
    case 'semverGreaterThan':
      return '999999.0.0';
    case 'matches':
      return undefined;
    default:
      return first;
  }
}

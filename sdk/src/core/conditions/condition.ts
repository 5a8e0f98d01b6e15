import { isRecord, type JsonRecord, own } from '../json.js';
import { CONDITION_DEPTH_MAX, TESTS_MAX } from '../limits.js';
import { pointerTo, type Report, show } from '../problems/problem.js';
import { parseLeaf } from './leaf.js';
import type { Matcher } from './matcher.js';

/** A condition ready to run, and what it costs with its segments written out. */
export interface ParsedCondition {
  readonly matches: Matcher;
  /** A leaf is 1 deep; every `all`, `any`, `not` and `segment` around it adds one. */
  readonly depth: number;
  readonly tests: number;
}

/** What the name of a segment stands for, or why it cannot be used. */
export type SegmentLookup = (key: string) => ParsedCondition | string;

interface Scope {
  readonly segment: SegmentLookup;
  readonly report: Report;
}

const COMBINATIONS = ['all', 'any', 'not', 'segment'] as const;
const LEAF_MEMBERS = ['attribute', 'operator', 'values'] as const;

/**
 * The one reading of a condition: saving asks it for problems, compiling for the matcher.
 * Nothing comes back when the rule around it must not be taken.
 */
export function parseCondition(
  when: unknown,
  segment: SegmentLookup,
  report: Report,
): ParsedCondition | undefined {
  const parsed = parse(when, '', 1, { segment, report });
  if (parsed === undefined) return undefined;
  if (parsed.depth > CONDITION_DEPTH_MAX) {
    report('', `condition must be at most ${CONDITION_DEPTH_MAX} deep, got ${parsed.depth}`);
    return undefined;
  }
  if (parsed.tests > TESTS_MAX) {
    report('', `condition must cost at most ${TESTS_MAX} tests, got ${parsed.tests}`);
    return undefined;
  }
  return parsed;
}

function parse(
  when: unknown,
  pointer: string,
  depth: number,
  scope: Scope,
): ParsedCondition | undefined {
  if (!isRecord(when)) {
    scope.report(pointer, `condition must be an object, got ${show(when)}`);
    return undefined;
  }
  if (depth > CONDITION_DEPTH_MAX) {
    scope.report(pointer, `condition must be at most ${CONDITION_DEPTH_MAX} deep`);
    return undefined;
  }
  const kinds = kindsOf(when);
  const [kind] = kinds;
  if (kinds.length !== 1 || kind === undefined) {
    const expected = '"all", "any", "not", "segment" or a test of an attribute';
    scope.report(pointer, `condition must be exactly one of ${expected}`);
    return undefined;
  }
  if (kind === 'leaf') {
    const matches = parseLeaf(when, pointer, scope.report);
    return matches && { matches, depth: 1, tests: 1 };
  }
  const at = pointerTo(pointer, kind);
  if (kind === 'not') return parseNot(own(when, kind), at, depth, scope);
  if (kind === 'segment') return parseSegment(own(when, kind), at, scope);
  return parseList(kind, own(when, kind), at, depth, scope);
}

function kindsOf(when: JsonRecord) {
  const kinds: ((typeof COMBINATIONS)[number] | 'leaf')[] = COMBINATIONS.filter((kind) =>
    Object.hasOwn(when, kind),
  );
  if (LEAF_MEMBERS.some((member) => Object.hasOwn(when, member))) kinds.push('leaf');
  return kinds;
}

function parseNot(
  inner: unknown,
  pointer: string,
  depth: number,
  scope: Scope,
): ParsedCondition | undefined {
  const parsed = parse(inner, pointer, depth + 1, scope);
  if (parsed === undefined) return undefined;
  const { matches } = parsed;
  return { ...parsed, matches: (subject, now) => !matches(subject, now), depth: parsed.depth + 1 };
}

function parseSegment(key: unknown, pointer: string, scope: Scope): ParsedCondition | undefined {
  if (typeof key !== 'string') {
    scope.report(pointer, `segment must be a key, got ${show(key)}`);
    return undefined;
  }
  const segment = scope.segment(key);
  if (typeof segment === 'string') {
    scope.report(pointer, segment);
    return undefined;
  }
  return { ...segment, depth: segment.depth + 1 };
}

function parseList(
  kind: 'all' | 'any',
  list: unknown,
  pointer: string,
  depth: number,
  scope: Scope,
): ParsedCondition | undefined {
  if (!Array.isArray(list)) {
    scope.report(pointer, `"${kind}" must be a list of conditions, got ${show(list)}`);
    return undefined;
  }
  const parts = list.map((part, index) => parse(part, pointerTo(pointer, index), depth + 1, scope));
  const known = parts.filter((part) => part !== undefined);
  if (known.length < parts.length) return undefined;
  const matchers = known.map((part) => part.matches);
  return {
    matches: kind === 'all' ? allOf(matchers) : anyOf(matchers),
    depth: 1 + known.reduce((deepest, part) => Math.max(deepest, part.depth), 0),
    tests: known.reduce((sum, part) => sum + part.tests, 0),
  };
}

function allOf(matchers: readonly Matcher[]): Matcher {
  const [only] = matchers;
  if (matchers.length === 1 && only !== undefined) return only;
  return (subject, now) => {
    for (const matches of matchers) if (!matches(subject, now)) return false;
    return true;
  };
}

function anyOf(matchers: readonly Matcher[]): Matcher {
  const [only] = matchers;
  if (matchers.length === 1 && only !== undefined) return only;
  return (subject, now) => {
    for (const matches of matchers) if (matches(subject, now)) return true;
    return false;
  };
}

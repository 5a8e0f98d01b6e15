import { isRecord, type JsonRecord, own } from '../json.js';
import { CONDITION_DEPTH_MAX, TESTS_MAX } from '../limits.js';
import { pointerTo, type Report, reportBelow, show } from '../problem.js';
import { parseLeaf } from './leaf.js';
import type { Matcher } from './matcher.js';

/** A compiled condition, and its cost with all segments expanded. */
export interface ParsedCondition {
  readonly matches: Matcher;
  /** A leaf is 1 deep; every `all`, `any`, `not` and `segment` around it adds one. */
  readonly depth: number;
  readonly tests: number;
}

/** Returns the condition of a segment, or the reason why it cannot be used. */
export type SegmentLookup = (key: string) => ParsedCondition | string;

/** The segments that parsing needs, and the listener for issues. */
export interface Reading {
  readonly segment: SegmentLookup;
  readonly report: Report;
}

/** The position in the condition. */
interface Place {
  readonly pointer: string;
  readonly depth: number;
}

const COMBINATIONS = ['all', 'any', 'not', 'segment'] as const;
const LEAF_MEMBERS = ['attribute', 'operator', 'values'] as const;

/**
 * The only parser of conditions: saving uses its issues, compiling its matcher. Returns nothing
 * when the rule must not apply.
 */
export function parseCondition(when: unknown, reading: Reading): ParsedCondition | undefined {
  const parsed = parse(when, { pointer: '', depth: 1 }, reading);
  if (parsed === undefined) return undefined;
  const { depth, tests } = parsed;
  if (depth > CONDITION_DEPTH_MAX) {
    reading.report('', `condition must be at most ${CONDITION_DEPTH_MAX} deep, got ${depth}`);
    return undefined;
  }
  if (tests > TESTS_MAX) {
    reading.report('', `condition must cost at most ${TESTS_MAX} tests, got ${tests}`);
    return undefined;
  }
  return parsed;
}

function parse(when: unknown, place: Place, reading: Reading): ParsedCondition | undefined {
  const { pointer, depth } = place;
  if (!isRecord(when)) {
    reading.report(pointer, `condition must be an object, got ${show(when)}`);
    return undefined;
  }
  if (depth > CONDITION_DEPTH_MAX) {
    reading.report(pointer, `condition must be at most ${CONDITION_DEPTH_MAX} deep`);
    return undefined;
  }
  const [kind, ...others] = kindsOf(when);
  if (kind === undefined || others.length > 0) {
    const expected = '"all", "any", "not", "segment" or a test of an attribute';
    reading.report(pointer, `condition must be exactly one of ${expected}`);
    return undefined;
  }
  if (kind === 'leaf') {
    const matches = parseLeaf(when, reportBelow(reading.report, pointer));
    return matches && { matches, depth: 1, tests: 1 };
  }
  const inner = own(when, kind);
  const below = { pointer: pointerTo(pointer, kind), depth: depth + 1 };
  if (kind === 'segment') return parseReference(inner, below, reading);
  if (kind === 'not') return negated(parse(inner, below, reading));
  return combined(kind, parseList(inner, below, reading));
}

function kindsOf(when: JsonRecord) {
  const kinds: ((typeof COMBINATIONS)[number] | 'leaf')[] = COMBINATIONS.filter((kind) =>
    Object.hasOwn(when, kind),
  );
  if (LEAF_MEMBERS.some((member) => Object.hasOwn(when, member))) kinds.push('leaf');
  return kinds;
}

function negated(condition: ParsedCondition | undefined): ParsedCondition | undefined {
  if (condition === undefined) return undefined;
  const { matches, depth, tests } = condition;
  return { matches: (subject, now) => !matches(subject, now), depth: depth + 1, tests };
}

function parseReference(
  key: unknown,
  { pointer }: Place,
  { segment, report }: Reading,
): ParsedCondition | undefined {
  if (typeof key !== 'string') {
    report(pointer, `segment must be a key, got ${show(key)}`);
    return undefined;
  }
  const found = segment(key);
  if (typeof found !== 'string') return { ...found, depth: found.depth + 1 };
  report(pointer, found);
  return undefined;
}

/** Parses the whole list, so that every issue is reported. */
function parseList(
  list: unknown,
  { pointer, depth }: Place,
  reading: Reading,
): readonly ParsedCondition[] | undefined {
  if (!Array.isArray(list)) {
    reading.report(pointer, `conditions must be a list, got ${show(list)}`);
    return undefined;
  }
  const parts = list.map((part, index) =>
    parse(part, { pointer: pointerTo(pointer, index), depth }, reading),
  );
  const usable = parts.filter((part) => part !== undefined);
  return usable.length < list.length ? undefined : usable;
}

function combined(
  kind: 'all' | 'any',
  parts: readonly ParsedCondition[] | undefined,
): ParsedCondition | undefined {
  if (parts === undefined) return undefined;
  const matchers = parts.map((part) => part.matches);
  return {
    matches: kind === 'all' ? allOf(matchers) : anyOf(matchers),
    depth: 1 + parts.reduce((deepest, part) => Math.max(deepest, part.depth), 0),
    tests: parts.reduce((sum, part) => sum + part.tests, 0),
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

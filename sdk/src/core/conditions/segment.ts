import { isRecord, isSameJson, keysOf, member, own } from '../json.js';
import { CONDITION_DEPTH_MAX } from '../limits.js';
import { reportBelow, show } from '../problems/problem.js';
import {
  type ParsedCondition,
  parseCondition,
  type Reading,
  type SegmentLookup,
} from './condition.js';

export interface CompiledSegment {
  /** What it was made from; replaced by an equal document so that old ones can be let go. */
  source: unknown;
  /** The segments that it names itself. */
  readonly names: ReadonlySet<string>;
  readonly condition: ParsedCondition;
}

/** By key; a sentence says why a segment cannot be used. */
export type SegmentTable = ReadonlyMap<string, CompiledSegment | string>;

export function segmentLookup(table: SegmentTable): SegmentLookup {
  return (key) => {
    const segment = table.get(key) ?? `segment ${show(key)} does not exist`;
    return typeof segment === 'string' ? segment : segment.condition;
  };
}

/** Segments are made in the order in which they need each other, reusing what has not changed. */
export function compileSegments(segments: unknown, previous?: SegmentTable): SegmentTable {
  const stack = keysOf(segments);
  const known = new Set(stack);
  const table = new Map<string, CompiledSegment | string>();
  const open = new Set<string>();
  for (let key = stack.at(-1); key !== undefined; key = stack.at(-1)) {
    if (table.has(key)) {
      stack.pop();
      continue;
    }
    const source = member(segments, key);
    const names = namesIn(source);
    if (!open.has(key)) {
      open.add(key);
      for (const name of names) {
        if (known.has(name) && !table.has(name) && !open.has(name)) stack.push(name);
      }
      if (stack.at(-1) !== key) continue;
    }
    stack.pop();
    table.set(key, makeSegment({ key, source, names }, { table, open, previous }));
    open.delete(key);
  }
  return table;
}

/** Reads a segment on its own terms: problems for a person, a condition for the compiler. */
export function parseSegment(source: unknown, reading: Reading): ParsedCondition | undefined {
  if (!isRecord(source)) {
    reading.report('', `segment must be an object, got ${show(source)}`);
    return undefined;
  }
  const report = reportBelow(reading.report, '/when');
  return parseCondition(own(source, 'when'), { ...reading, report });
}

/** The segments that a condition names, without those that they name in turn. */
export function segmentNames(when: unknown): Set<string> {
  const names = new Set<string>();
  collectNames(when, 1, names);
  return names;
}

function collectNames(when: unknown, depth: number, names: Set<string>): void {
  if (!isRecord(when) || depth > CONDITION_DEPTH_MAX) return;
  const name = own(when, 'segment');
  if (typeof name === 'string') names.add(name);
  collectNames(own(when, 'not'), depth + 1, names);
  for (const list of [own(when, 'all'), own(when, 'any')]) {
    if (Array.isArray(list)) for (const part of list) collectNames(part, depth + 1, names);
  }
}

function namesIn(segment: unknown): Set<string> {
  try {
    return segmentNames(member(segment, 'when'));
  } catch {
    return new Set();
  }
}

interface Candidate {
  readonly key: string;
  readonly source: unknown;
  readonly names: ReadonlySet<string>;
}

interface Progress {
  readonly table: SegmentTable;
  /** Begun and waiting for what they name: meeting one of them again is a cycle. */
  readonly open: ReadonlySet<string>;
  readonly previous: SegmentTable | undefined;
}

function makeSegment(candidate: Candidate, progress: Progress): CompiledSegment | string {
  const { key, source, names } = candidate;
  const problems: string[] = [];
  try {
    const before = progress.previous?.get(key);
    if (typeof before === 'object' && isUnchanged(before, source, progress)) {
      before.source = source;
      return before;
    }
    const lookup = segmentLookup(progress.table);
    const condition = parseSegment(source, {
      segment: (name) =>
        progress.open.has(name) ? `segment ${show(name)} runs in a cycle` : lookup(name),
      report: (_, message) => problems.push(message),
    });
    if (condition !== undefined) return { source, names, condition };
  } catch {
    problems.push('it must be plain JSON');
  }
  return `segment ${show(key)} cannot be used: ${problems[0] ?? 'it is malformed'}`;
}

function isUnchanged(before: CompiledSegment, source: unknown, progress: Progress): boolean {
  const { table, previous } = progress;
  return isSameJson(before.source, source) && isSameSegments(before.names, table, previous);
}

/** Do these names stand for the very same things as before? */
export function isSameSegments(
  names: ReadonlySet<string>,
  table: SegmentTable,
  previous: SegmentTable | undefined,
): boolean {
  for (const name of names) if (table.get(name) !== previous?.get(name)) return false;
  return true;
}

import type { CompiledRuleset, FlagOrigin, ReadFlag } from './compiled.js';
import {
  compileSegments,
  isSameSegments,
  type SegmentTable,
  segmentLookup,
  segmentNames,
} from './conditions/segment.js';
import { parseFlag } from './flag.js';
import { isSameJson, keysOf, member } from './json.js';
import { linkParents } from './parent.js';
import { ignoreProblems } from './problems/problem.js';
import type { Ruleset } from './ruleset.js';

/**
 * Makes a ruleset ready for evaluation, once per revision. Never throws: what cannot be read is
 * malformed, and only that. Flags and segments that are as they were in `previous`, with all that
 * they depend on, are taken over from it.
 */
export function compile(ruleset: Ruleset, previous?: CompiledRuleset): CompiledRuleset {
  const [epoch, revision, at] = [
    member(ruleset, 'epoch'),
    member(ruleset, 'revision'),
    member(ruleset, 'at'),
  ];
  const segments = compileSegments(member(ruleset, 'segments'), previous?.segments);
  const read = readFlags(member(ruleset, 'flags'), segments, previous);
  return {
    ruleset,
    epoch: typeof epoch === 'string' ? epoch : '',
    revision: typeof revision === 'number' ? revision : 0,
    at: typeof at === 'number' ? at : 0,
    flags: linkParents(read, previous?.flags),
    segments,
  };
}

function readFlags(
  flags: unknown,
  segments: SegmentTable,
  previous: CompiledRuleset | undefined,
): Map<string, ReadFlag> {
  const read = new Map<string, ReadFlag>();
  for (const key of keysOf(flags)) {
    const source = member(flags, key);
    const before = previous?.flags.get(key);
    if (before !== undefined && isUnchanged(before, source, segments, previous?.segments)) {
      before.origin.source = source;
      read.set(key, before);
    } else {
      read.set(key, readFlag(key, source, segments));
    }
  }
  return read;
}

function readFlag(key: string, source: unknown, segments: SegmentTable): ReadFlag {
  const reading = { segment: segmentLookup(segments), report: ignoreProblems };
  try {
    return { body: parseFlag(key, source, reading), origin: originOf(source) };
  } catch {
    // Only what JSON cannot say ends here: a getter that throws, a value without end.
    return { body: parseFlag(key, undefined, reading), origin: originOf(undefined) };
  }
}

function originOf(source: unknown): FlagOrigin {
  const rules = member(source, 'rules');
  const names = new Set<string>();
  for (const rule of Array.isArray(rules) ? rules : []) {
    for (const name of segmentNames(member(rule, 'when'))) names.add(name);
  }
  return { source, parentKey: member(source, 'parent'), segmentNames: names };
}

function isUnchanged(
  { origin }: ReadFlag,
  source: unknown,
  segments: SegmentTable,
  previous: SegmentTable | undefined,
): boolean {
  try {
    return (
      isSameJson(origin.source, source) && isSameSegments(origin.segmentNames, segments, previous)
    );
  } catch {
    return false;
  }
}

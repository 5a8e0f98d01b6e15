import { CompiledRuleset, type RulesetChanges } from './compiled.js';
import { CompiledFlag } from './compiled-flag.js';
import { segmentNames } from './conditions/segment.js';
import { SegmentTable } from './conditions/segment-table.js';
import { FlagTable } from './flag-table.js';
import { isEqualDocument, keysOf, member } from './json.js';
import type { Ruleset } from './ruleset.js';

/**
 * Prepares a ruleset for evaluation. Never throws: an unreadable flag is malformed and affects no
 * other. The caller must not change the document afterwards, because each flag is parsed at its
 * first evaluation. Flags and segments that are the same as in `previous`, including the segments
 * that they name, are reused.
 */
export function compile(ruleset: Ruleset, previous?: CompiledRuleset): CompiledRuleset {
  const segments = SegmentTable.of(member(ruleset, 'segments'), previous?.segments);
  const isTakenOver = takeOver(segments, previous);
  const flags = new Map<string, CompiledFlag>();
  const sources = member(ruleset, 'flags');
  for (const key of keysOf(sources)) {
    const source = member(sources, key);
    const before = previous?.flags.get(key);
    const isSame = before !== undefined && isTakenOver(before, source);
    if (isSame) before.source = source;
    flags.set(key, isSame ? before : new CompiledFlag(key, source, segments));
  }
  return new CompiledRuleset(ruleset, new FlagTable(flags), segments);
}

/**
 * Builds the next revision. The cost depends on the number of changes; a changed segment costs one
 * check of each flag.
 */
export function applyChanges(before: CompiledRuleset, changes: RulesetChanges): CompiledRuleset {
  const segments = changedSegments(before, changes);
  const isTakenOver = takeOver(segments, before);
  const flags = new Map<string, CompiledFlag | undefined>();
  if (segments !== before.segments) {
    for (const [key, flag] of before.flags) {
      if (!isTakenOver(flag, flag.source)) {
        flags.set(key, new CompiledFlag(key, flag.source, segments));
      }
    }
  }
  for (const key of keysOf(changes.flags)) {
    const source = changes.flags[key];
    const known = before.flags.get(key);
    if (source === null) flags.set(key, undefined);
    else if (known !== undefined && isTakenOver(known, source)) known.source = source;
    else flags.set(key, new CompiledFlag(key, source, segments));
  }
  const { revision, at } = changes;
  const envelope = { ...before.envelope, revision, at };
  return new CompiledRuleset(envelope, before.flags.with(flags), segments);
}

/**
 * Decides whether a flag has the same source and names the same segments, so that it can be reused.
 */
function takeOver(segments: SegmentTable, previous: CompiledRuleset | undefined) {
  const changed = previous && segments.changedSince(previous.segments);
  return (flag: CompiledFlag, source: unknown): boolean =>
    changed !== undefined &&
    isEqualDocument(flag.source, source) &&
    (changed.size === 0 || !namesAny(source, changed));
}

function namesAny(flag: unknown, segments: ReadonlySet<string>): boolean {
  const rules = member(flag, 'rules');
  try {
    return (Array.isArray(rules) ? rules : []).some((rule) =>
      [...segmentNames(member(rule, 'when'))].some((name) => segments.has(name)),
    );
  } catch {
    return true;
  }
}

function changedSegments(before: CompiledRuleset, changes: RulesetChanges): SegmentTable {
  const keys = keysOf(changes.segments);
  if (keys.length === 0) return before.segments;
  const sources = before.segments.toRecord();
  for (const key of keys) {
    if (changes.segments[key] === null) delete sources[key];
    else sources[key] = changes.segments[key];
  }
  return SegmentTable.of(sources, before.segments);
}

import { isEqualDocument, keysOf, member } from '../json.js';
import { show } from '../problem.js';
import type { ParsedCondition, SegmentLookup } from './condition.js';
import { isCostly } from './cost.js';
import { parseSegment, segmentNames } from './segment.js';

/** Tables share the entry of a segment while it and every segment that it names stay the same. */
interface Entry {
  /** An equal document may replace it, so that an old ruleset can be freed. */
  source: unknown;
  /** The segments that it names directly. */
  readonly names: ReadonlySet<string>;
  /** Absent until a rule needs it. A string is the reason why the segment cannot be used. */
  condition: ParsedCondition | string | undefined;
}

/** The segments of one revision, each compiled when a rule first needs it. */
export class SegmentTable {
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(entries: ReadonlyMap<string, Entry>) {
    this.#entries = entries;
  }

  /** Returns `previous` when no segment has changed. */
  static of(segments: unknown, previous?: SegmentTable): SegmentTable {
    const entries = new Map<string, Entry>();
    const known: ReadonlyMap<string, Entry> =
      previous === undefined ? new Map() : previous.#entries;
    const changed = new Set<string>(known.keys());
    for (const key of keysOf(segments)) {
      const source = member(segments, key);
      const before = known.get(key);
      if (before !== undefined && isEqualDocument(before.source, source)) {
        before.source = source;
        entries.set(key, before);
        changed.delete(key);
      } else {
        entries.set(key, newEntry(source));
        changed.add(key);
      }
    }
    if (previous !== undefined && changed.size === 0) return previous;
    if (previous !== undefined) renewDependents(entries, changed);
    return new SegmentTable(entries);
  }

  /** The condition of a segment, or the reason why it cannot be used. */
  readonly lookup: SegmentLookup = (key) => {
    return this.get(key) ?? `segment ${show(key)} does not exist`;
  };

  get(key: string): ParsedCondition | string | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.condition === undefined) this.#compile(key);
    return entry?.condition;
  }

  /** Whether these segments, or the segments that they name, are slow to compile. */
  areCostly(names: Iterable<string>): boolean {
    const waiting = new Set(names);
    for (const key of waiting) {
      const entry = this.#entries.get(key);
      if (entry === undefined || entry.condition !== undefined) continue;
      if (isCostly(member(entry.source, 'when'))) return true;
      for (const name of entry.names) waiting.add(name);
    }
    return false;
  }

  /** The segments that differ from `other`, or exist in only one of the tables. */
  changedSince(other: SegmentTable): ReadonlySet<string> {
    const changed = new Set<string>();
    if (other === this) return changed;
    for (const [key, entry] of this.#entries)
      if (other.#entries.get(key) !== entry) changed.add(key);
    for (const key of other.#entries.keys()) if (!this.#entries.has(key)) changed.add(key);
    return changed;
  }

  /** The documents by key. The record has no prototype, so `__proto__` is an ordinary key. */
  toRecord(): Record<string, unknown> {
    const record: Record<string, unknown> = Object.create(null);
    for (const [key, { source }] of this.#entries) record[key] = source;
    return record;
  }

  /** Compiles referenced segments first. Uses an explicit stack, because a chain may be long. */
  #compile(wanted: string): void {
    const stack = [wanted];
    const open = new Set<string>();
    for (let key = stack.at(-1); key !== undefined; key = stack.at(-1)) {
      const entry = this.#entries.get(key)!;
      if (entry.condition === undefined && !open.has(key)) {
        open.add(key);
        for (const name of entry.names) if (this.#isUncompiled(name, open)) stack.push(name);
        if (stack.at(-1) !== key) continue;
      }
      stack.pop();
      entry.condition ??= this.#conditionOf(key, entry, open);
      open.delete(key);
    }
  }

  #isUncompiled(key: string, open: ReadonlySet<string>): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.condition === undefined && !open.has(key);
  }

  /** `open` segments are being compiled, so a reference to one of them closes a cycle. */
  #conditionOf(
    key: string,
    { source }: Entry,
    open: ReadonlySet<string>,
  ): ParsedCondition | string {
    const problems: string[] = [];
    const segment: SegmentLookup = (name) =>
      open.has(name) ? `segment ${show(name)} runs in a cycle` : this.lookup(name);
    const report = (_: string, message: string) => problems.push(message);
    try {
      const condition = parseSegment(source, { segment, report });
      if (condition !== undefined) return condition;
    } catch {
      problems.push('it must be plain JSON');
    }
    return `segment ${show(key)} cannot be used: ${problems[0] ?? 'it is malformed'}`;
  }
}

function newEntry(source: unknown): Entry {
  return { source, names: namesIn(source), condition: undefined };
}

function namesIn(segment: unknown): Set<string> {
  try {
    return segmentNames(member(segment, 'when'));
  } catch {
    return new Set();
  }
}

/** A segment that names a changed segment gets a new entry too. */
function renewDependents(entries: Map<string, Entry>, changed: ReadonlySet<string>): void {
  const dependents = new Map<string, string[]>();
  for (const [key, { names }] of entries) {
    for (const name of names) {
      const known = dependents.get(name);
      if (known === undefined) dependents.set(name, [key]);
      else known.push(key);
    }
  }
  const renewed = new Set(changed);
  for (const key of renewed) {
    for (const dependent of dependents.get(key) ?? []) {
      if (renewed.has(dependent)) continue;
      renewed.add(dependent);
      entries.set(dependent, newEntry(entries.get(dependent)!.source));
    }
  }
}

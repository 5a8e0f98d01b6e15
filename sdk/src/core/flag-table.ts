import type { CompiledFlag } from './compiled-flag.js';

type Changes = ReadonlyMap<string, CompiledFlag | undefined>;

/**
 * The flags of one revision by key. A table is immutable. All revisions share one map with the
 * newest flags, and an older revision stores which flags the next one replaced. So a new revision
 * costs time in its changes, and not a copy of the map.
 */
export class FlagTable implements Iterable<readonly [string, CompiledFlag]> {
  #flags: Map<string, CompiledFlag>;
  /** Keys that are or were the parent of a flag. Collected at the first use. */
  #parents: Set<unknown> | undefined;
  #newer: { readonly table: FlagTable; readonly replaced: Changes } | undefined;

  /** Takes ownership of the map. */
  constructor(flags: Map<string, CompiledFlag>) {
    this.#flags = flags;
  }

  get(key: string): CompiledFlag | undefined {
    return this.#newer === undefined ? this.#flags.get(key) : this.#olderGet(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  get size(): number {
    return this.#newer === undefined ? this.#flags.size : this.#ownMap().size;
  }

  [Symbol.iterator](): IterableIterator<[string, CompiledFlag]> {
    return this.#ownMap().entries();
  }

  /** A copy of the flags that later revisions do not change. */
  list(): CompiledFlag[] {
    return [...this.#ownMap().values()];
  }

  /** The documents by key. The record has no prototype, so `__proto__` is an ordinary key. */
  toRecord(): Record<string, unknown> {
    const record: Record<string, unknown> = Object.create(null);
    for (const [key, { source }] of this) record[key] = source;
    return record;
  }

  /** Builds the next revision; `undefined` removes a flag. */
  with(changes: Changes): FlagTable {
    const table = new FlagTable(new Map());
    if (this.#newer === undefined) {
      table.#flags = this.#flags;
      table.#parents = this.#parents;
      this.#newer = { table, replaced: table.#replace(changes) };
    } else {
      table.#flags = this.#ownMap();
      table.#replace(changes);
    }
    return table;
  }

  /** The keys whose flag differs from the one in `other`, or exists in only one of the tables. */
  replacedSince(other: FlagTable | undefined): ReadonlySet<string> {
    if (other === this) return new Set();
    const next = other === undefined ? undefined : other.#newer;
    if (next?.table === this) return new Set(next.replaced.keys());
    const flags = this.#ownMap();
    if (other === undefined) return new Set(flags.keys());
    const replaced = new Set<string>();
    for (const [key, flag] of flags) if (other.get(key) !== flag) replaced.add(key);
    for (const [key] of other) if (!flags.has(key)) replaced.add(key);
    return replaced;
  }

  /** The keys whose outcome may differ from `other`: replaced flags and all flags below them. */
  changedSince(other: FlagTable | undefined): ReadonlySet<string> {
    const replaced = this.replacedSince(other);
    if (other === undefined || !this.#areParents(replaced)) return replaced;
    const changed = new Set(replaced);
    const children = this.#childrenByParent();
    for (const key of changed) for (const child of children.get(key) ?? []) changed.add(child);
    return changed;
  }

  #childrenByParent(): Map<unknown, string[]> {
    const children = new Map<unknown, string[]>();
    for (const [key, { parentKey }] of this) {
      if (parentKey === undefined) continue;
      const known = children.get(parentKey);
      if (known === undefined) children.set(parentKey, [key]);
      else known.push(key);
    }
    return children;
  }

  /** Returns the replaced flags. */
  #replace(changes: Changes): Changes {
    const replaced = new Map<string, CompiledFlag | undefined>();
    for (const [key, flag] of changes) {
      replaced.set(key, this.#flags.get(key));
      if (flag === undefined) {
        this.#flags.delete(key);
      } else {
        this.#flags.set(key, flag);
        this.#parents?.add(flag.parentKey);
      }
    }
    return replaced;
  }

  #areParents(keys: ReadonlySet<string>): boolean {
    this.#parents ??= new Set(this.list().map(({ parentKey }) => parentKey));
    for (const key of keys) if (this.#parents.has(key)) return true;
    return false;
  }

  #olderGet(key: string): CompiledFlag | undefined {
    for (const replaced of this.#replacements()) if (replaced.has(key)) return replaced.get(key);
    return this.#flags.get(key);
  }

  /** A copy for an older revision, in which flags that newer revisions replaced are restored. */
  #ownMap(): Map<string, CompiledFlag> {
    if (this.#newer === undefined) return this.#flags;
    const own = new Map(this.#flags);
    for (const replaced of [...this.#replacements()].reverse()) {
      for (const [key, flag] of replaced) {
        if (flag === undefined) own.delete(key);
        else own.set(key, flag);
      }
    }
    return own;
  }

  /** What each newer revision replaced, starting with the next one. */
  *#replacements(): Generator<Changes> {
    for (let newer = this.#newer; newer !== undefined; newer = newer.table.#newer) {
      yield newer.replaced;
    }
  }
}

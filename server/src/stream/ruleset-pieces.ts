type Entries = Readonly<Record<string, unknown>>;

/** The maximum number of removed entries that are kept so that a patch can name them. */
const GONE_MAX = 1_000;

/**
 * The flags (or segments) of one ruleset, each serialised once, with the revision that last
 * changed it: a change costs what it touches, and a patch from any known revision can be made.
 */
export class RulesetPieces {
  readonly #json = new Map<string, string>();
  readonly #changedAt = new Map<string, number>();
  #gone = 0;

  constructor(entries: Entries) {
    for (const [key, value] of Object.entries(entries)) this.#json.set(key, JSON.stringify(value));
  }

  get(key: string): string | undefined {
    return this.#json.get(key);
  }

  /** Replaces whole entries, `null` removes; returns the keys whose content differs. */
  apply(entries: Entries, revision: number): string[] {
    return Object.entries(entries)
      .filter(([key, value]) => this.#set(key, value, revision))
      .map(([key]) => key);
  }

  /** Makes the content equal to `entries`; returns the keys whose content differs. */
  replace(entries: Entries, revision: number): string[] {
    const gone = [...this.#json.keys()].filter((key) => !Object.hasOwn(entries, key));
    for (const key of gone) this.#set(key, null, revision);
    return [...gone, ...this.apply(entries, revision)];
  }

  /** True when too many entries have been removed to name them all. */
  get isForgetful(): boolean {
    return this.#gone > GONE_MAX;
  }

  /** Forgets which revision changed what. */
  forget(): void {
    this.#changedAt.clear();
    this.#gone = 0;
  }

  /** All entries as a JSON object, in key order so that replicas produce the same bytes. */
  toJson(): string {
    return toObject([...this.#json].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The changes after `revision` as a JSON object; `null` marks a removed entry. */
  changesSince(revision: number): string {
    const changed = [...this.#changedAt].filter(([, at]) => at > revision);
    return toObject(changed.map(([key]) => [key, this.#json.get(key) ?? 'null'] as const));
  }

  #set(key: string, value: unknown, revision: number): boolean {
    const before = this.#json.get(key);
    const after = value === null ? undefined : JSON.stringify(value);
    if (before === after) return false;
    if (before === undefined && this.#changedAt.has(key)) this.#gone -= 1;
    if (after === undefined) {
      this.#json.delete(key);
      this.#gone += 1;
    } else {
      this.#json.set(key, after);
    }
    this.#changedAt.set(key, revision);
    return true;
  }
}

function toObject(pieces: readonly (readonly [string, string])[]): string {
  return `{${pieces.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`;
}

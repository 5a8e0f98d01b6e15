import { applyChanges, type CompiledRuleset, compile } from '../core/index.js';
import type { Ruleset } from '../core/ruleset.js';
import { formatPosition, isSamePosition, type Position } from '../protocol/position.js';
import type { RulesetPatch } from '../protocol/ruleset-message.js';

/** The source of the rules, best first. */
export type Source = 'live' | 'disk' | 'bootstrap';

export interface Snapshot {
  readonly compiled: CompiledRuleset;
  readonly source: Source;
}

/**
 * Holds the rules in force. A change is compiled first and then assigned at once, so no call sees
 * half of it. Within an epoch the revision never decreases.
 */
export class SnapshotStore {
  #current: Snapshot | null = null;

  get current(): Snapshot | null {
    return this.#current;
  }

  /** The position of our rules. The epoch and revision of a bootstrap are ignored. */
  get position(): Position | null {
    if (this.#current === null || this.#current.source === 'bootstrap') return null;
    const { epoch, revision } = this.#current.compiled;
    return { epoch, revision };
  }

  /** `same`: the server confirms our rules. `older`: the ruleset is rejected. */
  offerLive(ruleset: Ruleset): 'applied' | 'same' | 'older' {
    const position = this.position;
    if (position !== null && position.epoch === ruleset.epoch && this.#isSameHome(ruleset)) {
      if (ruleset.revision < position.revision) return 'older';
      if (ruleset.revision === position.revision) {
        this.confirm();
        return 'same';
      }
    }
    this.#swap(ruleset, 'live');
    return 'applied';
  }

  /** Accepts a copy from disk or from the caller only while there is no better source. */
  offerCopy(ruleset: Ruleset, source: 'disk' | 'bootstrap'): boolean {
    const held = this.#current?.source;
    if (held === 'live' || held === 'disk') return false;
    this.#swap(ruleset, source);
    return true;
  }

  /** `behind`: the patch is already applied. `gap`: only a whole ruleset can fill it. */
  offerPatch(patch: RulesetPatch): 'applied' | 'same' | 'behind' | 'gap' {
    const position = this.position;
    if (position === null || position.epoch !== patch.epoch) return 'gap';
    if (patch.to === position.revision) return this.confirm() ? 'same' : 'behind';
    if (patch.to < position.revision) return 'behind';
    if (patch.from !== position.revision) return 'gap';
    const { compiled } = this.#current as Snapshot;
    const { to: revision, at, flags, segments } = patch;
    const next = applyChanges(compiled, { revision, at, flags, segments });
    this.#current = { compiled: next, source: 'live' };
    return 'applied';
  }

  /** The server reports `position` as current. Returns false when ours differs. */
  confirm(position: Position | null = this.position): boolean {
    if (this.#current === null || !isSamePosition(position, this.position)) return false;
    this.#current = { ...this.#current, source: 'live' };
    return true;
  }

  /** A new key may belong to another environment, whose revisions cannot be compared with ours. */
  #isSameHome({ project, environment }: Ruleset): boolean {
    const held = this.#current?.compiled.envelope;
    return held?.project === project && held.environment === environment;
  }

  #swap(ruleset: Ruleset, source: Source): void {
    const compiled = compile(ruleset, this.#current?.compiled);
    this.#current = { compiled, source };
  }
}

export function describePosition(position: Position | null): string {
  return position === null ? 'nothing' : formatPosition(position);
}

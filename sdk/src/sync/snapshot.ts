import { applyChanges, type CompiledRuleset, compile } from '../core/index.js';
import type { Ruleset } from '../core/ruleset.js';
import { formatPosition, isSamePosition, type Position } from '../protocol/position.js';
import type { RulesetPatch } from '../protocol/ruleset-message.js';

/** Where the rules came from, best first. */
export type Source = 'live' | 'disk' | 'bootstrap';

export interface Snapshot {
  readonly compiled: CompiledRuleset;
  readonly source: Source;
}

/**
 * The rules in force. A change is compiled first and then swapped in by one assignment, so no
 * call sees half of it; within an epoch the revision never goes back.
 */
export class SnapshotStore {
  #current: Snapshot | null = null;

  get current(): Snapshot | null {
    return this.#current;
  }

  /** Where we are in the server's history; what a bootstrap says of itself is not trusted. */
  get position(): Position | null {
    if (this.#current === null || this.#current.source === 'bootstrap') return null;
    const { epoch, revision } = this.#current.compiled;
    return { epoch, revision };
  }

  /** `same`: the server confirms what we have; `older`: refused. */
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

  /** A copy from disk or from the caller stands only until something better is known. */
  offerCopy(ruleset: Ruleset, source: 'disk' | 'bootstrap'): boolean {
    const held = this.#current?.source;
    if (held === 'live' || held === 'disk') return false;
    this.#swap(ruleset, source);
    return true;
  }

  /** `behind`: we are there already; `gap`: only a whole ruleset helps. */
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

  /** The server says that `position` is the current one. False: that is not where we are. */
  confirm(position: Position | null = this.position): boolean {
    if (this.#current === null || !isSamePosition(position, this.position)) return false;
    this.#current = { ...this.#current, source: 'live' };
    return true;
  }

  /** Another key may belong to another environment, whose revisions say nothing about ours. */
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

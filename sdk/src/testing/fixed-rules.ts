import type { Clock } from '../clock.js';
import type { Ruleset } from '../core/ruleset.js';
import type { RulesObserver, RulesSource, SourceFacts } from '../rules-source.js';
import { type Snapshot, SnapshotStore } from '../sync/snapshot.js';

/** The rules of a test, always as fresh as if a server had just sent them. */
export class FixedRules implements RulesSource {
  readonly isLive = true;
  readonly #clock: Clock;
  readonly #observer: RulesObserver;
  readonly #snapshots = new SnapshotStore();

  constructor(clock: Clock, observer: RulesObserver, ruleset: Ruleset) {
    this.#clock = clock;
    this.#observer = observer;
    this.#offer(ruleset);
  }

  get current(): Snapshot {
    return this.#snapshots.current as Snapshot;
  }

  get usable(): Snapshot {
    return this.current;
  }

  get facts(): SourceFacts {
    return { mode: 'streaming', attempts: 0, ageMs: 0, instance: 'test' };
  }

  start(): boolean {
    this.#observer.onConfirmed();
    return true;
  }

  now(): number {
    return this.#clock.now();
  }

  /** Increases the revision by one. */
  change(flags: Ruleset['flags']): void {
    const before = this.current;
    const { ruleset, revision } = before.compiled;
    this.#offer({ ...ruleset, revision: revision + 1, flags });
    this.#observer.onChange(before, this.current);
  }

  /** Parses all flags immediately, because the test may change its definitions afterwards. */
  #offer(ruleset: Ruleset): void {
    this.#snapshots.offerLive(ruleset);
    for (const flag of this.current.compiled.flags.list()) while (flag.readMore());
  }

  setKey(): void {}

  flush(): Promise<boolean> {
    return Promise.resolve(true);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

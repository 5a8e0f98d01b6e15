import type { ArmTally } from './arm-tally.js';
import type { KnownUnit } from './known-units.js';
import type { ReleasePhase } from './release-phases.js';

/** The side of a release that somebody is on, and who. */
export interface SeenArm {
  readonly phase: ReleasePhase;
  readonly tally: ArmTally;
  readonly unit: KnownUnit;
}

export interface ScopeOwner {
  run<T>(scope: RequestScope, work: () => T): T;
  end(scope: RequestScope, isError: boolean | null): void;
}

/** One request that is being handled: which sides of which releases it was served. */
export class RequestScope {
  /** One for each release that was evaluated; the first evaluation counts. */
  readonly seen: SeenArm[] = [];
  readonly startedAt: number;
  readonly #owner: ScopeOwner;
  #slow: Set<unknown> | null = null;

  constructor(owner: ScopeOwner, startedAt: number) {
    this.#owner = owner;
    this.startedAt = startedAt;
  }

  /** Metrics that count this request as slow already. */
  get alreadySlow(): ReadonlySet<unknown> | null {
    return this.#slow;
  }

  /** Most requests meet one or two releases, so a list is faster than a map. */
  seenIn(release: string): SeenArm | undefined {
    for (const arm of this.seen) if (arm.phase.id === release) return arm;
    return undefined;
  }

  /** Evaluations inside `work`, and in all that it starts, belong to this request. */
  run<T>(work: () => T): T {
    return this.#owner.run(this, work);
  }

  /** The response is out, or will never be. Only the first end counts. */
  end(isError: boolean): void {
    this.#owner.end(this, isError);
  }

  /** No request to be measured after all: a stream, an upgrade, or a client that left. */
  leave(): void {
    this.#owner.end(this, null);
  }

  /** False when the metric knew already. */
  markSlow(metric: unknown): boolean {
    this.#slow ??= new Set();
    if (this.#slow.has(metric)) return false;
    this.#slow.add(metric);
    return true;
  }
}

import type { ArmTally } from './arm-tally.js';
import type { KnownUnit } from './known-units.js';
import type { ReleasePhase } from './release-phases.js';

/** A user and the user's group in a release. */
export interface SeenArm {
  readonly phase: ReleasePhase;
  readonly tally: ArmTally;
  readonly unit: KnownUnit;
}

export interface ScopeOwner {
  run<T>(scope: RequestScope, work: () => T): T;
  end(scope: RequestScope, isError: boolean | null): void;
}

/** A request in progress, with the groups in which its releases were evaluated. */
export class RequestScope {
  /** One entry for each release; the first evaluation counts. */
  readonly seen: SeenArm[] = [];
  readonly startedAt: number;
  readonly #owner: ScopeOwner;
  #slow: Set<unknown> | null = null;

  constructor(owner: ScopeOwner, startedAt: number) {
    this.#owner = owner;
    this.startedAt = startedAt;
  }

  /** Metrics that already count this request as slow. */
  get alreadySlow(): ReadonlySet<unknown> | null {
    return this.#slow;
  }

  /** A list is faster than a map, because most requests evaluate one or two releases. */
  seenIn(release: string): SeenArm | undefined {
    for (const arm of this.seen) if (arm.phase.id === release) return arm;
    return undefined;
  }

  /** Assigns evaluations inside `work`, and in everything that it starts, to this request. */
  run<T>(work: () => T): T {
    return this.#owner.run(this, work);
  }

  /** The response is finished or aborted. Only the first call counts. */
  end(isError: boolean): void {
    this.#owner.end(this, isError);
  }

  /** Drops the request, because it is a stream, an upgrade, or was aborted by the client. */
  leave(): void {
    this.#owner.end(this, null);
  }

  /** Returns false when the metric was already marked. */
  markSlow(metric: unknown): boolean {
    this.#slow ??= new Set();
    if (this.#slow.has(metric)) return false;
    this.#slow.add(metric);
    return true;
  }
}

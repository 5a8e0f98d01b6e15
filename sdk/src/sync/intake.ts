import type { Ruleset } from '../core/ruleset.js';
import { type Position, parsePosition } from '../protocol/position.js';
import type { StreamEvent } from '../protocol/ruleset-message.js';
import { describePosition, type Snapshot, type SnapshotStore } from './snapshot.js';

/** Receives the effects of server messages, in the order of these methods. */
export interface IntakeObserver {
  /** New rules replaced `before`. */
  onApplied(before: Snapshot | null, receiptSpreadMs: number | null): void;
  /** The server confirmed that the current rules are its newest. */
  onConfirmed(): void;
  /** The server's clock, epoch milliseconds. */
  onServerTime(now: number): void;
}

/**
 * Applies server messages to the snapshot, and tracks whether it is as new as the server's rules.
 */
export class Intake {
  readonly #snapshots: SnapshotStore;
  readonly #observer: IntakeObserver;
  #needsWhole = false;
  /** The server of this connection has confirmed our revision. */
  #isLevel = false;

  constructor(snapshots: SnapshotStore, observer: IntakeObserver) {
    this.#snapshots = snapshots;
    this.#observer = observer;
  }

  /** The position to continue from; null requests a whole ruleset. */
  get position(): Position | null {
    return this.#needsWhole ? null : this.#snapshots.position;
  }

  needWhole(): void {
    this.#needsWhole = true;
  }

  /** A new connection may reach another server, whose revision may be older. */
  connect(): void {
    this.#isLevel = false;
  }

  /** Returns the problem when the event does not fit the current rules. */
  take(event: StreamEvent): string | null {
    switch (event.event) {
      case 'ruleset':
        this.takeWhole(event.data);
        return null;
      case 'patch':
        return this.#offer(
          () => this.#snapshots.offerPatch(event.data),
          event.data.receiptSpreadMs,
        );
      case 'current':
        this.#observer.onServerTime(event.data.now);
        return this.#confirm(parsePosition(event.id)) ? null : this.#misfit(`"${event.event}"`);
      case 'heartbeat':
        this.#observer.onServerTime(event.data.now);
        if (this.#isLevel) this.#observer.onConfirmed();
        return null;
      case 'goodbye':
        return null;
    }
  }

  takeWhole(ruleset: Ruleset): void {
    this.#needsWhole = false;
    this.#offer(() => this.#snapshots.offerLive(ruleset));
  }

  /** The server has no newer rules than those of its last response. */
  takeUnchanged(): void {
    this.#confirm(this.#snapshots.position);
  }

  #confirm(position: Position | null): boolean {
    if (!this.#snapshots.confirm(position)) return false;
    this.#isLevel = true;
    this.#observer.onConfirmed();
    return true;
  }

  #offer(
    offer: () => 'applied' | 'same' | 'older' | 'behind' | 'gap',
    receiptSpreadMs?: number,
  ): string | null {
    const before = this.#snapshots.current;
    const outcome = offer();
    if (outcome === 'gap') return this.#misfit('a patch');
    if (outcome === 'older' || outcome === 'behind') return null;
    this.#isLevel = true;
    if (outcome === 'applied') this.#observer.onApplied(before, receiptSpreadMs ?? null);
    this.#observer.onConfirmed();
    return null;
  }

  #misfit(what: string): string {
    return `${what} does not follow ${describePosition(this.#snapshots.position)}`;
  }
}

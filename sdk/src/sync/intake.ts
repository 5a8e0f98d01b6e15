import type { Ruleset } from '../core/ruleset.js';
import { type Position, parsePosition } from '../protocol/position.js';
import type { StreamEvent } from '../protocol/ruleset-message.js';
import { describePosition, type Snapshot, type SnapshotStore } from './snapshot.js';

/** What follows from what a server sends; called in this order. */
export interface IntakeObserver {
  /** New rules are in force instead of `before`. */
  onApplied(before: Snapshot | null, receiptSpreadMs: number | null): void;
  /** The server confirmed that our rules are the current ones. */
  onConfirmed(): void;
  /** The server's clock, epoch milliseconds. */
  onServerTime(now: number): void;
}

/** Brings what the server sends into the snapshot, and knows whether we are level with it. */
export class Intake {
  readonly #snapshots: SnapshotStore;
  readonly #observer: IntakeObserver;
  #needsWhole = false;
  /** The server of this connection has said that our revision is its own. */
  #isLevel = false;

  constructor(snapshots: SnapshotStore, observer: IntakeObserver) {
    this.#snapshots = snapshots;
    this.#observer = observer;
  }

  /** Where to go on from; null asks for a whole ruleset. */
  get position(): Position | null {
    return this.#needsWhole ? null : this.#snapshots.position;
  }

  needWhole(): void {
    this.#needsWhole = true;
  }

  /** A new connection may lead to another server, which may be behind us. */
  connect(): void {
    this.#isLevel = false;
  }

  /** Returns what is wrong when the event does not fit what we have. */
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

  /** The server has nothing newer than what it gave us last. */
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

import type { Mode } from './sync/reconnect-policy.js';
import type { SyncFailure } from './sync/ruleset-sync.js';
import type { Snapshot } from './sync/snapshot.js';

/** Provides the rules of a client: a connection to a server, or a test. */
export interface RulesSource {
  /** Returns false when rules can never arrive. */
  start(): boolean;
  /** The rules to evaluate with; null when there are none or they are too old. */
  readonly usable: Snapshot | null;
  readonly current: Snapshot | null;
  /** True when the rules come from the server and were confirmed recently. */
  readonly isLive: boolean;
  readonly facts: SourceFacts;
  /** Server time, epoch milliseconds. */
  now(): number;
  setKey(key: string): void;
  flush(timeoutMs: number): Promise<boolean>;
  close(timeoutMs: number): Promise<void>;
}

export interface SourceFacts {
  readonly mode: Mode;
  readonly attempts: number;
  readonly ageMs: number | null;
  readonly instance: string;
}

export interface RulesObserver {
  /** New rules are in force. */
  onChange(before: Snapshot | null, after: Snapshot): void;
  /** The server confirmed that the current rules are its newest. */
  onConfirmed(): void;
  onFailure(failure: SyncFailure): void;
  /** The rules became stale, fresh or too old. */
  onAge(): void;
}

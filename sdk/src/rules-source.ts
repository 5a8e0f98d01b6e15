import type { Mode } from './sync/reconnect-policy.js';
import type { SyncFailure } from './sync/ruleset-sync.js';
import type { Snapshot } from './sync/snapshot.js';

/** Where a client gets its rules: a server behind a connection, or a test. */
export interface RulesSource {
  /** False when rules can never come. */
  start(): boolean;
  /** The rules to evaluate with, unless there are none or they are too old. */
  readonly usable: Snapshot | null;
  readonly current: Snapshot | null;
  /** The rules are the server's own, and confirmed a short while ago. */
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
  /** Other rules are in force now. */
  onChange(before: Snapshot | null, after: Snapshot): void;
  /** The server says that our rules are the current ones. */
  onConfirmed(): void;
  onFailure(failure: SyncFailure): void;
  /** The rules became stale, fresh or too old. */
  onAge(): void;
}

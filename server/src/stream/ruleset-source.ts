import type { Ruleset } from '@sluice/sdk/core';
import type { Position } from '@sluice/sdk/protocol';
import type { Log } from '../log.js';
import type { Db } from '../store/db.js';
import { type EnvironmentPosition, listPositions, renewEpoch } from '../store/position-store.js';
import { loadChanges, loadRuleset } from '../store/read-models/ruleset.js';
import { LiveRuleset, type RulesetChange } from './live-ruleset.js';
import type { RulesetCopies } from './ruleset-copies.js';

/** A new epoch makes every SDK fetch everything, so a confused client must not cause many. */
const EPOCH_AGE_MIN_MS = 60_000;

export interface RulesetSourceDeps {
  readonly db: Db;
  readonly copies: RulesetCopies;
  readonly log: Log;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** The time over which the SDKs of an environment spread their receipts of a kill. */
  readonly receiptSpreadMs: (environmentId: string) => number;
}

/** An environment has a new revision or epoch, or has been deleted. */
export type SourceEvent =
  | ({ readonly kind: 'changed'; readonly live: LiveRuleset } & Scope & RulesetChange)
  | ({ readonly kind: 'gone' } & Scope);

interface Scope {
  readonly environmentId: string;
  readonly projectId: string;
}

interface Entry extends Scope {
  readonly live: LiveRuleset;
  /** False while it comes from disk and the database has not confirmed it. */
  isConfirmed: boolean;
  /** A client of the current epoch has seen this revision. */
  presentedRevision: number;
  epochRenewedAt: number;
}

/** The current ruleset of every environment, kept in memory; the database is asked by revision. */
export class RulesetSource {
  readonly #deps: RulesetSourceDeps;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<(event: SourceEvent) => void>();
  #hasRead = false;

  constructor(deps: RulesetSourceDeps) {
    this.#deps = deps;
  }

  /** True once a ruleset can be served. */
  get isReady(): boolean {
    return this.#hasRead || this.#entries.size > 0;
  }

  current(environmentId: string): LiveRuleset | undefined {
    return this.#entries.get(environmentId)?.live;
  }

  /** What is served, by name. */
  rulesets() {
    return [...this.#entries.values()].map(({ live }) => {
      const { project, environment, position } = live;
      return { project, environment, revision: position.revision };
    });
  }

  onEvent(listener: (event: SourceEvent) => void): void {
    this.#listeners.add(listener);
  }

  /** Loads the copies on disk, so that this server can serve while its database is down. */
  async loadCopies(): Promise<void> {
    for (const copy of await this.#deps.copies.load()) {
      if (!this.#entries.has(copy.environmentId)) this.#adopt(copy, copy.ruleset, false);
    }
  }

  /** Handles the revision of a client; one later than ours may mean that data was lost. */
  notePresented(environmentId: string, position: Position): boolean {
    const entry = this.#entries.get(environmentId);
    if (!entry || entry.live.position.epoch !== position.epoch) return false;
    if (position.revision <= entry.live.position.revision) return false;
    entry.presentedRevision = Math.max(entry.presentedRevision, position.revision);
    return true;
  }

  /** Reads changed environments. Run one at a time; rejects when the database does not answer. */
  async refresh(): Promise<void> {
    const positions = await listPositions(this.#deps.db);
    for (const position of positions) await this.#follow(position);
    const known = new Set(positions.map(({ environmentId }) => environmentId));
    for (const entry of this.#entries.values()) {
      if (!known.has(entry.environmentId)) this.#drop(entry);
    }
    this.#hasRead = true;
  }

  async #follow(position: EnvironmentPosition): Promise<void> {
    const entry = this.#entries.get(position.environmentId);
    if (!entry) return this.#discover(position);
    if (!entry.isConfirmed) return this.#confirm(entry, position);
    const { epoch, revision } = entry.live.position;
    if (position.epoch !== epoch) return this.#reload(entry);
    const seen = Math.max(revision, entry.presentedRevision);
    if (position.revision < seen) return this.#renew(entry, position, seen - 1);
    if (position.revision > revision) return this.#advance(entry);
  }

  async #discover(position: EnvironmentPosition): Promise<void> {
    const ruleset = await loadRuleset(this.#deps.db, position.environmentId);
    if (!ruleset) return;
    const entry = this.#adopt(position, ruleset, true);
    this.#save(entry);
  }

  /** Compares the whole copy with the database, because equal revisions may differ in content. */
  async #confirm(entry: Entry, position: EnvironmentPosition): Promise<void> {
    const ruleset = await loadRuleset(this.#deps.db, entry.environmentId);
    if (!ruleset) return;
    const { epoch, revision } = entry.live.position;
    const isSameEpoch = ruleset.epoch === epoch;
    const isLost =
      isSameEpoch &&
      (ruleset.revision < revision ||
        (ruleset.revision === revision && !entry.live.equals(ruleset)));
    if (isLost) return this.#renew(entry, position, revision);
    entry.isConfirmed = true;
    if (!isSameEpoch || ruleset.revision > revision) this.#replace(entry, ruleset);
  }

  async #renew(entry: Entry, position: EnvironmentPosition, seenRevision: number): Promise<void> {
    const { clock, db, log } = this.#deps;
    if (clock() - entry.epochRenewedAt < EPOCH_AGE_MIN_MS) return;
    entry.epochRenewedAt = clock();
    const { environmentId } = entry;
    const { epoch } = position;
    const reason = `the database is at revision ${position.revision}; a later one was served`;
    const isOurs = await renewEpoch(db, { environmentId, epoch, seenRevision, reason });
    const message = 'the database has lost revisions that were served: a new epoch begins';
    if (isOurs) log.warn(message, { environmentId, revision: position.revision });
    await this.#reload(entry);
  }

  async #advance(entry: Entry): Promise<void> {
    const { environmentId, live } = entry;
    const changes = await loadChanges(this.#deps.db, environmentId, live.position.revision);
    if (changes === 'current') return;
    if (changes === 'reload' || changes.epoch !== live.position.epoch) return this.#reload(entry);
    this.#announce(entry, live.apply(changes));
  }

  async #reload(entry: Entry): Promise<void> {
    const ruleset = await loadRuleset(this.#deps.db, entry.environmentId);
    if (!ruleset) return;
    const { epoch, revision } = entry.live.position;
    if (ruleset.epoch === epoch && ruleset.revision <= revision) return;
    entry.isConfirmed = true;
    this.#replace(entry, ruleset);
  }

  #replace(entry: Entry, ruleset: Ruleset): void {
    const isNewEpoch = ruleset.epoch !== entry.live.position.epoch;
    const change = entry.live.replace(ruleset);
    if (isNewEpoch) {
      entry.presentedRevision = 0;
      entry.epochRenewedAt = this.#deps.clock();
    }
    this.#announce(entry, change);
  }

  #adopt(scope: Scope, ruleset: Ruleset, isConfirmed: boolean): Entry {
    const { environmentId, projectId } = scope;
    const live = new LiveRuleset(ruleset, () => this.#deps.receiptSpreadMs(environmentId));
    const entry: Entry = {
      environmentId,
      projectId,
      live,
      isConfirmed,
      presentedRevision: 0,
      epochRenewedAt: Number.NEGATIVE_INFINITY,
    };
    this.#entries.set(environmentId, entry);
    return entry;
  }

  #drop(entry: Entry): void {
    const { environmentId, projectId } = entry;
    this.#entries.delete(environmentId);
    this.#emit({ kind: 'gone', environmentId, projectId });
    this.#deps.copies.remove(environmentId);
  }

  #announce(entry: Entry, change: RulesetChange): void {
    const { environmentId, projectId, live } = entry;
    this.#emit({ kind: 'changed', environmentId, projectId, live, ...change });
    this.#save(entry);
  }

  #save(entry: Entry): void {
    const { environmentId, projectId, live } = entry;
    this.#deps.copies.save({ environmentId, projectId, bytes: () => live.bytes() });
  }

  #emit(event: SourceEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
